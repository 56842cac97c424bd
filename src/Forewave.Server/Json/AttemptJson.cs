using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>Failed attempts as the command line and HTTP show them.</summary>
internal static class AttemptJson
{
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<FailedAttempt> history)
    {
        writer.WriteStartArray("history");
        foreach (var attempt in history)
        {
            writer.WriteStartObject();
            writer.WriteNumber("attempt", attempt.Attempt.Value);
            writer.WriteString("time", attempt.Time);
            writer.WriteString("consumer", attempt.Consumer);
            writer.WriteString("reason", attempt.Reason);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
