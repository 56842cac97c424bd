using System.Runtime.InteropServices;
using Forewave.Broker.Deduplication.Slices;
using Forewave.Broker.Observability;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Looks for a key's messages in one slice: a filter in memory, its page on disk where memory has only a part of it, then pages of
/// entries, read by the store's readers. For one look-up.
/// </summary>
internal sealed class KeyLookup(ISlices slices, ulong hash, LongCounter pagesRead)
{
    private readonly byte[] _page = new byte[SlicePage.Bytes];

    /// <summary>Adds to a list the first so many offsets that lie in a range. False: the slice was replaced meanwhile.</summary>
    /// <exception cref="KeySliceLostException">It cannot be read.</exception>
    public async ValueTask<bool> FindAsync(KeySlice slice, KeyRange range, int most, List<long> offsets, CancellationToken cancellation)
    {
        if (!slice.MayHave(hash))
            return true;
        try
        {
            if (slice.IsFilterCoarse && await IsRuledOutAsync(slice, cancellation))
                return true;
            var from = new KeyEntry(hash, new KeyPlace(range.Index, range.First));
            int page = await FirstPageAsync(slice, from, cancellation);
            int end = offsets.Count + most;
            while (page < slice.Size.EntryPages)
            {
                int entries = await OpenAsync(slice, page++, PageKind.Keys, cancellation);
                if (!Take(entries, from, range, end, offsets))
                    break;
            }
            return true;
        }
        catch (SliceGoneException)
        {
            return false;
        }
        catch (StoreException lost) when (lost.Error is ErrorCode.LogDamaged or ErrorCode.StoreUnavailable)
        {
            throw new KeySliceLostException(slice, lost);
        }
    }

    /// <summary>The last page whose first entry is not behind an entry: found by fences, then by halves where a key fills many pages.</summary>
    private async ValueTask<int> FirstPageAsync(KeySlice slice, KeyEntry from, CancellationToken cancellation)
    {
        var (low, end) = slice.PagesOf(from.Prefix);
        int high = Math.Max(low, end - 1);
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            await OpenAsync(slice, middle, PageKind.Keys, cancellation);
            if (KeyPage.Read(_page, 0).CompareTo(from) <= 0)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    /// <summary>Adds what a page has. False: there is no more, or it is enough.</summary>
    private bool Take(int entries, in KeyEntry from, KeyRange range, int end, List<long> offsets)
    {
        for (int i = KeyPage.FirstFrom(_page, entries, from); i < entries; i++)
        {
            var entry = KeyPage.Read(_page, i);
            if (entry.Hash != hash || entry.Place.Index != range.Index || entry.Place.Offset >= range.End || offsets.Count >= end)
                return false;
            offsets.Add(entry.Place.Offset);
        }
        return true;
    }

    private async ValueTask<bool> IsRuledOutAsync(KeySlice slice, CancellationToken cancellation)
    {
        await OpenAsync(slice, slice.FilterPageOf(hash).Value, PageKind.Filter, cancellation);
        var inFilter = KeySlice.InFilter(hash);
        int place = (int)(IdFilter.BlockOf(inFilter, slice.Size.FilterBlocks) % IdPage.Blocks);
        var block = _page.AsSpan(IdPage.HeaderBytes + place * IdFilter.BlockBytes, IdFilter.BlockBytes);
        return !IdFilter.MayHave(inFilter, MemoryMarshal.Cast<byte, ulong>(block));
    }

    private async ValueTask<int> OpenAsync(KeySlice slice, int page, PageKind kind, CancellationToken cancellation)
    {
        pagesRead.Add(1);
        // The read may go on after it was cancelled: its memory is not used for anything else then, the look-up is over.
        var read = new SliceRead { Slice = slice.Number, Page = new SlicePage(page), Into = _page };
        if (!await slices.ReadAsync(new[] { read }, cancellation))
            throw new SliceGoneException();
        return KeyPage.Open(_page, kind, slice.Number);
    }

    private sealed class SliceGoneException : Exception;
}
