using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>A scheduled message that was read from its lane.</summary>
internal readonly record struct DueMessage
{
    /// <summary>It was read; false: its bytes rotted.</summary>
    public bool IsWhole => Bytes.Length > 0;

    /// <summary>Its id: log position of its publish.</summary>
    public LogPosition Id { get; init; }

    /// <summary>When it was published.</summary>
    public Timestamp PublishTime { get; init; }

    /// <summary>Number of its producer.</summary>
    public uint Producer { get; init; }

    /// <summary>The encoded message with tag and length.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }
}
