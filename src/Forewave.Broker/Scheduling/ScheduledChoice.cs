using Forewave.Protocol;

namespace Forewave.Broker.Scheduling;

/// <summary>Which scheduled messages a command means: those with these ids, or those of a queue with a key.</summary>
internal sealed record ScheduledChoice
{
    /// <summary>Log positions of their publishes; empty: by key.</summary>
    public IReadOnlyList<LogPosition> Ids { get; init; } = [];

    /// <summary>Number of the queue.</summary>
    public uint Queue { get; init; }

    /// <summary>The key, as UTF-8.</summary>
    public ReadOnlyMemory<byte> Key { get; init; }
}
