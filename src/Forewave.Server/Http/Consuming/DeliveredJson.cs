using System.Text.Json;
using System.Text.Unicode;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Server.Http.Consuming;

/// <summary>Delivered messages in JSON, each with the handle that it is settled with.</summary>
internal static class DeliveredJson
{
    /// <summary>Writes them all: <c>{"messages":[…]}</c>.</summary>
    public static void Write(Utf8JsonWriter writer, PulledMessages messages, SubscriptionTerms subscribed)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("messages"u8);
        if (messages.TryOpen(out var reader))
        {
            while (reader.MoveNext(out var run))
                Write(writer, run, messages.MessagesOf(run), subscribed);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, in DeliveredRunView run, MessageRun messages, SubscriptionTerms subscribed)
    {
        int place = 0;
        while (messages.MoveNext())
        {
            writer.WriteStartObject();
            WriteLease(writer, run, place++, subscribed);
            if (MessageReader.TryRead(messages.Current, out var message, out _))
                WriteContent(writer, message);
            writer.WriteEndObject();
        }
    }

    private static void WriteLease(Utf8JsonWriter writer, in DeliveredRunView run, int place, SubscriptionTerms subscribed)
    {
        var partition = subscribed.Partition;
        LeaseHandle handle = new(
            partition, subscribed.Queue, subscribed.Group, run.First.Plus(place), run.Attempt, run.Epoch);
        Span<byte> id = stackalloc byte[MessageId.MaxTextLength];
        new MessageId(partition, run.FirstPosition.Plus((ulong)place)).TryFormat(id, out int idLength);
        writer.WriteString("handle"u8, handle.ToString());
        writer.WriteString("messageId"u8, id[..idLength]);
        writer.WriteNumber("offset"u8, run.First.Plus(place).Value);
        writer.WriteNumber("attempt"u8, run.Attempt.Value);
        writer.WriteString("publishTime"u8, DateTimeOffset.FromUnixTimeMilliseconds(run.PublishTimeMilliseconds));
        writer.WriteNumber("visibilityMilliseconds"u8, (long)run.VisibilityTimeout.TotalMilliseconds);
        writer.WriteString("producer"u8, run.ProducerName);
        if (run.IsRedriven)
            writer.WriteBoolean("redriven"u8, true);
    }

    private static void WriteContent(Utf8JsonWriter writer, in MessageView message)
    {
        if (!message.Tag.IsEmpty)
            writer.WriteString("tag"u8, message.Tag);
        if (!message.OrderingKey.IsEmpty)
            writer.WriteString("orderingKey"u8, message.OrderingKey);
        if (!message.DeduplicationId.IsEmpty)
            writer.WriteString("deduplicationId"u8, message.DeduplicationId);
        if (message.Priority != Limits.DefaultPriority)
            writer.WriteNumber("priority"u8, message.Priority);
        WriteKeys(writer, message);
        WriteHeaders(writer, message);
        WriteBytes(writer, "body"u8, "bodyBase64"u8, message.Body);
    }

    private static void WriteKeys(Utf8JsonWriter writer, in MessageView message)
    {
        if (message.KeyCount == 0)
            return;
        writer.WriteStartArray("keys"u8);
        foreach (var key in message.Keys)
            writer.WriteStringValue(key);
        writer.WriteEndArray();
    }

    private static void WriteHeaders(Utf8JsonWriter writer, in MessageView message)
    {
        if (message.HeaderCount == 0)
            return;
        writer.WriteStartArray("headers"u8);
        foreach (var header in message.Headers)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, header.Name);
            WriteBytes(writer, "value"u8, "valueBase64"u8, header.Value);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    // Text where it is UTF-8, else base64 under a name that says so.
    private static void WriteBytes(Utf8JsonWriter writer, ReadOnlySpan<byte> textName, ReadOnlySpan<byte> base64Name, ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            writer.WriteString(textName, bytes);
        else
            writer.WriteBase64String(base64Name, bytes);
    }
}
