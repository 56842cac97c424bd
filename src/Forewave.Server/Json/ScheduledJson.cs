using System.Text;
using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>Scheduled and recurring messages as the command line and HTTP show them.</summary>
internal static class ScheduledJson
{
    public static void Write(Utf8JsonWriter writer, ScheduledMessage message)
    {
        writer.WriteStartObject();
        writer.WriteString("messageId", message.Id.ToString());
        writer.WriteString("deliverAt", message.DeliverAt);
        writer.WriteString("publishTime", message.PublishTime);
        writer.WriteStartArray("keys");
        foreach (string key in message.Keys)
            writer.WriteStringValue(key);
        writer.WriteEndArray();
        if (message.Tag is { } tag)
            writer.WriteString("tag", tag);
        writer.WriteNumber("bodyBytes", message.BodyBytes);
        if (message.Recurring is { } recurring)
            writer.WriteString("recurring", recurring);
        if (message.Body is not null)
            writer.WriteString("body", TextOf(message));
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, RecurringMessage message)
    {
        writer.WriteStartObject();
        writer.WriteString("queue", message.Queue.Value);
        writer.WriteString("name", message.Name);
        writer.WriteString("cron", message.Cron);
        writer.WriteString("timeZone", message.TimeZone);
        writer.WriteString("nextDeliverAt", message.NextDeliverAt);
        writer.WriteString("nextMessageId", message.NextId.ToString());
        writer.WriteString("body", Encoding.UTF8.GetString(message.Body.Span));
        writer.WriteEndObject();
    }

    /// <summary>The body as text; empty where it was not asked for.</summary>
    public static string TextOf(ScheduledMessage message) => message.Body is { } body ? Encoding.UTF8.GetString(body.Span) : "";
}
