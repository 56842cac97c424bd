using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>A queue as the command line and HTTP show it.</summary>
internal static class QueueJson
{
    public static void Write(Utf8JsonWriter writer, QueueDetails queue)
    {
        writer.WriteStartObject();
        writer.WriteString("queue", queue.Name.Value);
        writer.WriteNumber("messages", queue.Messages);
        writer.WriteNumber("scheduled", queue.Scheduled);
        writer.WriteNumber("bytes", queue.Bytes);
        writer.WriteNumber("firstOffset", queue.FirstOffset.Value);
        writer.WriteNumber("nextOffset", queue.NextOffset.Value);
        writer.WriteNumber("groups", queue.Groups);
        writer.WriteBoolean("relaxed", queue.Relaxed);
        writer.WriteDuration("retention", queue.Retention);
        if (queue.TimeToLive > TimeSpan.Zero)
            writer.WriteDuration("timeToLive", queue.TimeToLive);
        if (queue.DeduplicationWindow > TimeSpan.Zero)
            writer.WriteDuration("deduplicationWindow", queue.DeduplicationWindow);
        if (queue.Trace)
            writer.WriteBoolean("trace", true);
        if (queue.DeleteWhenIdle > TimeSpan.Zero)
            writer.WriteDuration("deleteWhenIdle", queue.DeleteWhenIdle);
        if (queue.LastPublishTime is { } time)
            writer.WriteString("lastPublishTime", time);
        PriorityJson.Write(writer, "byPriority", queue.MessagesByPriority);
        UnansweredJson.Write(writer, queue.Unanswered);
        writer.WriteEndObject();
    }
}
