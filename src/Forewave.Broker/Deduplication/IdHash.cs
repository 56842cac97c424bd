namespace Forewave.Broker.Deduplication;

/// <summary>What stands for a deduplication id of a queue: 128 bits. Equal hashes are taken for equal ids.</summary>
internal readonly record struct IdHash : IComparable<IdHash>
{
    /// <summary>The upper half: what slices are sorted by.</summary>
    public required ulong High { get; init; }

    /// <summary>The lower half.</summary>
    public required ulong Low { get; init; }

    /// <summary>The first 32 bits: what the pages of a slice are found by.</summary>
    public uint Prefix => (uint)(High >> 32);

    /// <summary>Orders by the upper half, then the lower.</summary>
    public int CompareTo(IdHash other)
    {
        int order = High.CompareTo(other.High);
        return order != 0 ? order : Low.CompareTo(other.Low);
    }
}
