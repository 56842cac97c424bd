using System.Text.Json;
using Forewave.Protocol;

namespace Forewave.Server.Json;

/// <summary>The partitions that are missing in a result, as the command line and HTTP name them.</summary>
internal static class UnansweredJson
{
    /// <summary>A field <c>unanswered</c>, where there are any.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyCollection<PartitionNumber> partitions)
    {
        if (partitions.Count == 0)
            return;
        writer.WriteStartArray("unanswered");
        foreach (var partition in partitions)
            writer.WriteNumberValue(partition.Value);
        writer.WriteEndArray();
    }
}
