using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>Messages by priority as the command line and HTTP show them.</summary>
internal static class PriorityJson
{
    public static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<PriorityCount> counts)
    {
        if (counts.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var count in counts)
        {
            writer.WriteStartObject();
            writer.WriteNumber("priority", count.Priority);
            writer.WriteNumber("messages", count.Messages);
            if (count.OldestTime is { } oldest)
                writer.WriteString("oldest", oldest);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
