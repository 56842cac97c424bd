using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>A message and where it is, as the command line and HTTP show it.</summary>
internal static class MessageDetailsJson
{
    public static void Write(Utf8JsonWriter writer, MessageDetails message)
    {
        writer.WriteStartObject();
        writer.WriteString("messageId", message.Id.ToString());
        writer.WriteString("queue", message.Queue.Value);
        writer.WriteString("where", NameOf(message.Where));
        if (message.Offset is { } offset)
            writer.WriteNumber("offset", offset.Value);
        writer.WriteString("publishTime", message.PublishTime);
        if (message.DeliverAt is { } due)
            writer.WriteString("deliverAt", due);
        if (message.ReleaseTime is { } released)
            writer.WriteString("releaseTime", released);
        if (message.ExpiresAt is { } end)
            writer.WriteString("expiresAt", end);
        writer.WriteString("producer", message.Producer);
        WriteContent(writer, message);
        writer.WriteStartArray("groups");
        foreach (var group in message.Groups)
            Write(writer, group);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, GroupMessage message)
    {
        writer.WriteStartObject();
        WriteFields(writer, message);
        writer.WriteEndObject();
    }

    /// <summary>The same, into an object that is open.</summary>
    public static void WriteFields(Utf8JsonWriter writer, GroupMessage message)
    {
        writer.WriteString("group", message.Group.Value);
        writer.WriteString("state", NameOf(message.State));
        if (message.Attempt is { } attempt)
            writer.WriteNumber("attempt", attempt.Value);
        if (message.Consumer is { } consumer)
            writer.WriteString("consumer", consumer);
        if (message.Since is { } since)
            writer.WriteString("since", since);
        if (message.Until is { } until)
            writer.WriteString("until", until);
        if (message.DeadPlace is { } place)
            writer.WriteNumber("deadPlace", place);
        if (message.Reason is { } reason)
            writer.WriteString("reason", reason);
        if (message.History.Count > 0)
            AttemptJson.Write(writer, message.History);
    }

    /// <summary>A state or place as people read it.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static void WriteContent(Utf8JsonWriter writer, MessageDetails message)
    {
        MessageJson.WriteTag(writer, message.Tag);
        MessageJson.WriteKeys(writer, message.Keys);
        if (message.OrderingKey is { } key)
            writer.WriteString("orderingKey", key);
        writer.WriteNumber("priority", message.Priority);
        if (message.DeduplicationId is { } id)
            writer.WriteString("deduplicationId", id);
        MessageJson.WriteHeaders(writer, message.Headers);
        MessageJson.WriteBody(writer, message.Body.Span);
    }
}
