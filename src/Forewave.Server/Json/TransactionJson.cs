using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>Open transactions and their messages as the command line shows them.</summary>
internal static class TransactionJson
{
    public static void Write(Utf8JsonWriter writer, OpenTransaction transaction)
    {
        writer.WriteStartObject();
        writer.WriteString("transactionId", transaction.Id.ToString());
        writer.WriteString("producer", transaction.Producer);
        writer.WriteString("begun", transaction.Begun);
        writer.WriteNumber("messages", transaction.Messages);
        writer.WriteNumber("bytes", transaction.Bytes);
        writer.WriteNumber("checks", transaction.Checks);
        writer.WriteBoolean("waiting", transaction.IsWaiting);
        writer.WriteStartArray("queues");
        foreach (var queue in transaction.Queues)
            writer.WriteStringValue(queue.Value);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, PreparedMessage message)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number", message.Number);
        if (message.Queue is { } queue)
            writer.WriteString("queue", queue.Value);
        writer.WriteString("messageId", message.Id.ToString());
        if (message.Body is { } body)
            MessageJson.WriteBody(writer, body.Span);
        writer.WriteEndObject();
    }

    /// <summary>The body as text, in base64 where it is none; empty where its bytes rotted.</summary>
    public static string TextOf(PreparedMessage message)
    {
        if (message.Body is not { } body)
            return "";
        return Utf8.IsValid(body.Span) ? Encoding.UTF8.GetString(body.Span) : Convert.ToBase64String(body.Span);
    }
}
