using System.Text.Json;
using Forewave.Server.Configuration;

namespace Forewave.Server.Json;

/// <summary>Durations in JSON.</summary>
internal static class JsonDurations
{
    /// <summary>Writes a duration as people write it.</summary>
    public static void WriteDuration(this Utf8JsonWriter writer, string name, TimeSpan duration) =>
        writer.WriteString(name, DurationText.Format(duration));
}
