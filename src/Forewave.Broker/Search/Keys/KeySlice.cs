using Forewave.Broker.Deduplication;
using Forewave.Broker.Deduplication.Slices;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Entries on disk, sorted, and what memory has of them. Pages: the entries, the fences, the filter. Immutable but for the filter,
/// which may be folded or given up, and for being synced.
/// </summary>
internal sealed class KeySlice
{
    private volatile IdFilter? _filter;

    public KeySlice(KeySliceSize size, uint[] fences, IdFilter? filter)
    {
        Size = size;
        Fences = fences;
        _filter = filter;
    }

    /// <summary>Its number and how large it is.</summary>
    public KeySliceSize Size { get; }

    /// <summary>The pages.</summary>
    public SliceNumber Number => Size.Number;

    /// <summary>Entries.</summary>
    public long Count => Size.Count;

    /// <summary>The first bits of the first hash of each page of entries.</summary>
    public uint[] Fences { get; }

    /// <summary>Whether a hash may be in it; null: only the pages of the filter tell.</summary>
    public IdFilter? Filter
    {
        get => _filter;
        set => _filter = value;
    }

    /// <summary>It was made durable: a checkpoint may name it.</summary>
    public bool IsSynced { get; set; }

    /// <summary>Memory that it takes.</summary>
    public long Bytes => (_filter?.Bytes ?? 0) + Fences.Length * (long)sizeof(uint);

    /// <summary>A key's hash as the filter takes it: upper bits say which block, lower bits what in it.</summary>
    public static IdHash InFilter(ulong hash) => new() { High = hash, Low = hash };

    /// <summary>Whether memory cannot rule a hash out.</summary>
    public bool MayHave(ulong hash) => _filter?.MayHave(InFilter(hash)) ?? true;

    /// <summary>Whether memory has less than the whole filter, so that its page is worth a read.</summary>
    public bool IsFilterCoarse => _filter is null or { Folds: > 0 };

    /// <summary>The page that has a hash's block of the filter.</summary>
    public SlicePage FilterPageOf(ulong hash) =>
        new(Size.FirstFilterPage + (int)(IdFilter.BlockOf(InFilter(hash), Size.FilterBlocks) / IdPage.Blocks));

    /// <summary>The pages that may have a prefix: nearly always one, more for a key that many messages have.</summary>
    public (int First, int End) PagesOf(uint prefix)
    {
        int end = Bound(prefix, above: true);
        return (Math.Max(0, Bound(prefix, above: false) - 1), end);
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
