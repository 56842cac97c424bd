using Forewave.Storage;

namespace Forewave.Broker.Deduplication.Slices;

/// <summary>Fills pages of one slice and writes them some at a time. One thread's.</summary>
internal sealed class PageWriter
{
    private const int PagesAtOnce = 32;
    private readonly ISlices _slices;
    private readonly SliceNumber _number;
    private readonly byte[] _buffer = new byte[PagesAtOnce * SlicePage.Bytes];
    private int _pages;

    public PageWriter(ISlices slices, SliceNumber number)
    {
        _slices = slices;
        _number = number;
    }

    /// <summary>The page that is being filled.</summary>
    public Span<byte> Page => _buffer.AsSpan(_pages * SlicePage.Bytes, SlicePage.Bytes);

    /// <summary>Closes the page; the next one is empty.</summary>
    public void Seal(PageKind kind, int items)
    {
        IdPage.Seal(Page, kind, items, _number);
        _pages++;
        if (_pages == PagesAtOnce)
            Flush();
    }

    /// <summary>Writes what is left.</summary>
    public void Flush()
    {
        if (_pages == 0)
            return;
        _slices.Append(_number, _buffer.AsSpan(0, _pages * SlicePage.Bytes));
        Array.Clear(_buffer);
        _pages = 0;
    }
}
