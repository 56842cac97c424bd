using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Deduplication.Slices;

/// <summary>
/// Ids on disk, sorted by hash, and what memory has of them. Immutable but for the filter, which may be folded, and for what is
/// known of it: under the gate of <see cref="KnownIds"/>. Pages: the ids, then the fences; the filter is a slice of its own.
/// </summary>
internal sealed class IdSlice
{
    private volatile IdFilter _filter;

    public IdSlice(IdFilter filter) => _filter = filter;

    /// <summary>The pages of ids and fences.</summary>
    public required SliceNumber Number { get; init; }

    /// <summary>The pages of the full filter.</summary>
    public required SliceNumber FilterNumber { get; init; }

    /// <summary>Ids.</summary>
    public required int Count { get; init; }

    /// <summary>Blocks of the full filter.</summary>
    public required long FilterBlocks { get; init; }

    /// <summary>What its ages count from.</summary>
    public required IdTime Begin { get; init; }

    /// <summary>What it was made of.</summary>
    public required SealRange Seals { get; init; }

    /// <summary>The first bits of the first hash of each page.</summary>
    public required uint[] Fences { get; init; }

    /// <summary>Its ids by window.</summary>
    public required WindowCount[] Windows { get; init; }

    /// <summary>Whether an id may be in it.</summary>
    public IdFilter Filter
    {
        get => _filter;
        set => _filter = value;
    }

    /// <summary>
    /// Windows became longer after it was written: it may not be dropped by <see cref="Windows"/>, but written anew without what is
    /// really gone.
    /// </summary>
    public bool IsDoubtful { get; set; }

    /// <summary>
    /// Some of it cannot be read: it stays where it is, so that the rest can, and is not merged, until the last of its ids has left
    /// its window.
    /// </summary>
    public bool IsDamaged { get; set; }

    /// <summary>It was made durable: a checkpoint may name it.</summary>
    public bool IsSynced { get; set; }

    /// <summary>When its newest id was published.</summary>
    public IdTime Newest => Windows.Max(window => window.Newest);

    /// <summary>The longest window that ids of it were taken under.</summary>
    public TimeSpan LongestWindow => Windows.Max(window => window.Window);

    /// <summary>Memory that it takes.</summary>
    public long Bytes => _filter.Bytes + Fences.Length * (long)sizeof(uint);

    /// <summary>Ids that may be within their window.</summary>
    public long LiveCount(IdTime now) => Windows.Sum(window => window.IsLive(now) ? (long)window.Ids : 0);

    /// <summary>Whether all its ids have left their windows for certain.</summary>
    public bool IsGone(IdTime now)
    {
        if (!IsDoubtful)
            return LiveCount(now) == 0;
        // What became doubtful is written anew; what cannot be is kept for as long as any window may be.
        return IsDamaged && !Newest.IsWithin(Limits.MaxDeduplicationWindow, now);
    }

    /// <summary>The page of its filter that has a hash's block.</summary>
    public SlicePage FilterPageOf(in IdHash hash) => new((int)(IdFilter.BlockOf(hash, FilterBlocks) / IdPage.Blocks));

    /// <summary>The pages that may have a hash: nearly always one.</summary>
    public (SlicePage First, int Count) PagesOf(in IdHash hash)
    {
        uint prefix = hash.Prefix;
        int last = Bound(prefix, above: true) - 1;
        if (last < 0)
            return (default, 0);
        int first = Math.Max(0, Bound(prefix, above: false) - 1);
        return (new SlicePage(first), last - first + 1);
    }

    /// <summary>The first page whose fence is not below a prefix, or is above it.</summary>
    private int Bound(uint prefix, bool above)
    {
        int low = 0;
        int high = Fences.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Fences[middle] < prefix || (above && Fences[middle] == prefix))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
