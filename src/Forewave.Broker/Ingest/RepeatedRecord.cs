using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>What a Repeated record says.</summary>
internal static class RepeatedRecord
{
    /// <summary>Position of the original of its first message.</summary>
    public static LogPosition OriginalOf(in RecordHeader header) => header.Extra > LogPosition.MaxNumber
        ? LogPosition.FromBits(header.Extra)
        : LogPosition.FromBits(header.Position.Bits - header.Extra);
}
