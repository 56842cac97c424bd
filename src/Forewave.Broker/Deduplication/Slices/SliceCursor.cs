using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Deduplication.Slices;

/// <summary>Reads the ids of a slice front to back. One thread's; blocks on the disk.</summary>
internal sealed class SliceCursor
{
    private const int PagesAtOnce = 16;
    private readonly ISlices _slices;
    private readonly IdSlice _slice;
    private readonly byte[] _pages = new byte[PagesAtOnce * SlicePage.Bytes];
    private int _next;
    private int _inBuffer;
    private int _page;
    private int _place = -1;
    private int _ids;

    public SliceCursor(ISlices slices, IdSlice slice)
    {
        _slices = slices;
        _slice = slice;
    }

    /// <summary>The id it stands at.</summary>
    public KnownId Current { get; private set; }

    /// <summary>Steps to the next one. False: there is none.</summary>
    /// <exception cref="SliceDamagedException">The slice cannot be read.</exception>
    /// <exception cref="StoreException">Nothing can be read at present.</exception>
    public bool MoveNext()
    {
        _place++;
        while (_place >= _ids)
        {
            if (!OpenPage())
                return false;
        }
        Current = IdPage.Read(PageAt(_page), _place, _slice.Begin);
        return true;
    }

    private bool OpenPage()
    {
        _page++;
        if (_page >= _inBuffer)
        {
            int pages = Math.Min(PagesAtOnce, _slice.Fences.Length - _next);
            if (pages == 0)
                return false;
            Read(pages);
            _next += pages;
            _inBuffer = pages;
            _page = 0;
        }
        var at = new SlicePage(_next - _inBuffer + _page);
        if (!IdPage.TryOpen(PageAt(_page), PageKind.Ids, _slice.Number, out _ids))
            throw new SliceDamagedException(_slice, at, null);
        _place = 0;
        return true;
    }

    private void Read(int pages)
    {
        bool isThere;
        try
        {
            isThere = _slices.Read(_slice.Number, new SlicePage(_next), _pages.AsSpan(0, pages * SlicePage.Bytes));
        }
        catch (StoreException failure) when (!failure.MayPass())
        {
            throw new SliceDamagedException(_slice, new SlicePage(_next), failure);
        }
        if (!isThere)
            throw new StoreException(ErrorCode.BrokerFault, $"slice {_slice.Number.Value} was deleted while it was merged");
    }

    private ReadOnlySpan<byte> PageAt(int page) => _pages.AsSpan(page * SlicePage.Bytes, SlicePage.Bytes);
}
