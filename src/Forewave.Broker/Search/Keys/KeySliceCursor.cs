using Forewave.Broker.Deduplication.Slices;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>Reads the entries of a slice front to back. One thread's; blocks on the disk.</summary>
internal sealed class KeySliceCursor(ISlices slices, KeySlice slice)
{
    private const int PagesAtOnce = 16;
    private readonly byte[] _pages = new byte[PagesAtOnce * SlicePage.Bytes];
    private int _next;
    private int _inBuffer;
    private int _page;
    private int _place = -1;
    private int _entries;

    /// <summary>The entry it stands at.</summary>
    public KeyEntry Current { get; private set; }

    /// <summary>What it reads.</summary>
    public KeySlice Slice => slice;

    /// <summary>Steps to the next one. False: there is none.</summary>
    /// <exception cref="StoreException">A page cannot be read, or rotted.</exception>
    public bool MoveNext()
    {
        if (++_place >= _entries && !OpenPage())
            return false;
        Current = KeyPage.Read(PageAt(_page), _place);
        return true;
    }

    private bool OpenPage()
    {
        _page++;
        if (_page >= _inBuffer)
        {
            int pages = Math.Min(PagesAtOnce, slice.Size.EntryPages - _next);
            if (pages == 0)
                return false;
            if (!slices.Read(slice.Number, new SlicePage(_next), _pages.AsSpan(0, pages * SlicePage.Bytes)))
                throw new StoreException(ErrorCode.LogDamaged, $"slice {slice.Number.Value:x16} of the key index is missing");
            _next += pages;
            _inBuffer = pages;
            _page = 0;
        }
        _entries = KeyPage.Open(PageAt(_page), PageKind.Keys, slice.Number);
        _place = 0;
        return _entries > 0;
    }

    private ReadOnlySpan<byte> PageAt(int page) => _pages.AsSpan(page * SlicePage.Bytes, SlicePage.Bytes);
}
