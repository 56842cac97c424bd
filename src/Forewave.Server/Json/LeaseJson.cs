using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>Leases of consecutive messages as the command line and HTTP show them.</summary>
internal static class LeaseJson
{
    public static void Write(Utf8JsonWriter writer, LeaseDetails lease)
    {
        writer.WriteStartObject();
        if (lease.Partition is { } partition)
            writer.WriteNumber("partition", partition.Value);
        writer.WriteNumber("firstOffset", lease.FirstOffset.Value);
        writer.WriteNumber("count", lease.Count);
        writer.WriteNumber("attempt", lease.Attempt.Value);
        writer.WriteString("consumer", lease.Consumer);
        writer.WriteString("consumerId", lease.ConsumerId.ToString());
        writer.WriteString("since", lease.Since);
        writer.WriteString("end", lease.End);
        writer.WriteEndObject();
    }
}
