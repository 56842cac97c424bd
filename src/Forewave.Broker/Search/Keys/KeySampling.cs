using Forewave.Broker.Deduplication.Slices;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Finds slices of which most entries are of messages that are gone, by a few pages of each: counting all would read all. For the
/// upkeep loop.
/// </summary>
internal sealed class KeySampling(KeyUpkeepParts parts)
{
    private const int Pages = 8;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly byte[] _page = new byte[SlicePage.Bytes];
    private readonly Queue<KeySlice> _toLookAt = new();
    private long _lastRound = parts.Time.GetTimestamp();

    /// <summary>A slice that is worth writing anew; null: none that was looked at.</summary>
    /// <exception cref="KeySliceLostException">A slice cannot be read.</exception>
    public KeySlice? NextMostlyGone()
    {
        if (_toLookAt.Count == 0 && parts.Time.GetElapsedTime(_lastRound) >= Every)
        {
            _lastRound = parts.Time.GetTimestamp();
            foreach (var slice in parts.Index.Slices.All)
                _toLookAt.Enqueue(slice);
        }
        var live = new LiveMessages(parts.Store, parts.HasQueue);
        while (_toLookAt.TryDequeue(out var slice))
        {
            if (parts.Index.Slices.All.Contains(slice) && IsMostlyGone(slice, live))
                return slice;
        }
        return null;
    }

    private bool IsMostlyGone(KeySlice slice, LiveMessages live)
    {
        int seen = 0;
        int gone = 0;
        int pages = Math.Min(Pages, slice.Size.EntryPages);
        for (int i = 0; i < pages; i++)
        {
            int entries = Open(slice, (int)((long)i * slice.Size.EntryPages / pages));
            seen += entries;
            for (int entry = 0; entry < entries; entry++)
                gone += live.IsLive(KeyPage.Read(_page, entry).Place) ? 0 : 1;
        }
        return gone * 2 >= seen;
    }

    private int Open(KeySlice slice, int page)
    {
        try
        {
            return parts.Store.Slices.Read(slice.Number, new SlicePage(page), _page) ? KeyPage.Open(_page, PageKind.Keys, slice.Number) : 0;
        }
        catch (StoreException lost) when (!lost.MayPass())
        {
            throw new KeySliceLostException(slice, lost);
        }
    }
}
