using Forewave.Storage;

namespace Forewave.Broker;

/// <summary>
/// What the second number of a Released record's header says of its messages: the time of their publish in the lower 42 bits,
/// then whether one of them names a time of its own, then <see cref="QueueLife"/>.
/// </summary>
internal static class ReleasedFlags
{
    /// <summary>One of them at least names when it expires.</summary>
    public const ulong HasExpiry = 1UL << 42;

    /// <summary>When the messages of a record were published.</summary>
    public static long PublishTimeOf(in RecordHeader header) => (long)(header.Extra & (HasExpiry - 1));
}
