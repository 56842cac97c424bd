using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>The hash under which a key of a scheduled message is found. It is in checkpoints: it never changes.</summary>
/// <param name="Bits">The hash.</param>
internal readonly record struct KeyHash(uint Bits)
{
    private const uint QueueFactor = 2_654_435_761;

    /// <summary>The hash of a key, given as UTF-8, of a queue.</summary>
    public static KeyHash Of(uint queue, ReadOnlySpan<byte> key) => new(Checksum.Of(key) ^ unchecked(queue * QueueFactor));
}
