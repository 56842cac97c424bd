using System.Collections.Immutable;

namespace Forewave.Protocol.Routes;

/// <summary>
/// Which partition owns which slots of a queue: made with the queue, the same for its life in this release. Immutable. Each slot has one
/// owner.
/// </summary>
public sealed class SlotMap
{
    private readonly PartitionNumber[] _owners = new PartitionNumber[Limits.Slots];

    private SlotMap(uint version, ImmutableArray<SlotRange> ranges) => (Version, Ranges) = (version, ranges);

    /// <summary>From 1; raised by each change.</summary>
    public uint Version { get; }

    /// <summary>The ranges, the lowest slot first.</summary>
    public ImmutableArray<SlotRange> Ranges { get; }

    /// <summary>
    /// The first map of a queue: slot s of n partitions, the lowest first, is of the one at place s·n/1,024, rounded down. So each has as many as
    /// the others, or one more, side by side.
    /// </summary>
    /// <param name="partitions">Those that a new queue is spread over: 1 to 1,024.</param>
    public static SlotMap Spread(IEnumerable<PartitionNumber> partitions)
    {
        PartitionNumber[] sorted = [.. partitions.Distinct().Order()];
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length, nameof(partitions));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sorted.Length, Limits.Slots, nameof(partitions));
        var ranges = ImmutableArray.CreateBuilder<SlotRange>();
        for (int place = 0; place < sorted.Length; place++)
        {
            int first = FirstOf(place);
            ranges.Add(new SlotRange(new SlotNumber(first), FirstOf(place + 1) - first, sorted[place]));
        }
        return TryOf(1, ranges, out SlotMap? map) ? map : throw new InvalidOperationException("the ranges of a spread leave a slot out");

        // Rounded up: the first slot whose place it is.
        int FirstOf(int place) => ((place * Limits.Slots) + sorted.Length - 1) / sorted.Length;
    }

    /// <summary>A map of these ranges, in any order; false: they leave a slot out, or one is in two.</summary>
    public static bool TryOf(
        uint version, IEnumerable<SlotRange> ranges, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SlotMap? map)
    {
        map = null;
        ImmutableArray<SlotRange> sorted = [.. ranges.OrderBy(range => range.First.Value)];
        SlotMap filled = new(version, sorted);
        int next = 0;
        foreach (SlotRange range in sorted)
        {
            if (range.First.Value != next || range.Count < 1 || range.Count > Limits.Slots - next)
                return false;
            filled._owners.AsSpan(next, range.Count).Fill(range.Partition);
            next += range.Count;
        }
        map = version > 0 && next == Limits.Slots ? filled : null;
        return map is not null;
    }

    /// <summary>Who owns a slot.</summary>
    public PartitionNumber OwnerOf(SlotNumber slot) => _owners[slot.Value];

    /// <summary>Who owns the slot of a key.</summary>
    public PartitionNumber OwnerOf(ReadOnlySpan<byte> key) => _owners[KeySlot.Of(key)];

    /// <summary>Who owns the slot of a key.</summary>
    public PartitionNumber OwnerOf(string key) => _owners[KeySlot.Of(key)];
}
