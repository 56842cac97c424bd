using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>Messages that were found as the command line and HTTP show them.</summary>
internal static class FoundJson
{
    public static void Write(Utf8JsonWriter writer, FoundMessage message)
    {
        writer.WriteStartObject();
        writer.WriteString("messageId", message.Id.ToString());
        writer.WriteString("state", message.Offset is null ? "scheduled" : "queued");
        if (message.Offset is { } offset)
            writer.WriteNumber("offset", offset.Value);
        writer.WriteString("publishTime", message.PublishTime);
        if (message.QueuedTime is { } queued)
            writer.WriteString("queuedTime", queued);
        if (message.DeliverAt is { } due)
            writer.WriteString("deliverAt", due);
        writer.WriteNumber("priority", message.Priority);
        MessageJson.WriteTag(writer, message.Tag);
        MessageJson.WriteKeys(writer, message.Keys);
        if (message.OrderingKey is { } ordering)
            writer.WriteString("orderingKey", ordering);
        writer.WriteNumber("bodyBytes", message.BodyBytes);
        writer.WriteNumber("headerCount", message.HeaderCount);
        if (message.Content is { } content)
        {
            MessageJson.WriteHeaders(writer, content.Headers);
            MessageJson.WriteBody(writer, content.Body.Span);
        }
        writer.WriteEndObject();
    }

    /// <summary>Where it is, for people.</summary>
    public static string WhereOf(FoundMessage message) => message.Offset is { } offset
        ? $"offset {offset.Value}"
        : $"due {message.DeliverAt:yyyy-MM-ddTHH:mm:ss.fffZ}";
}
