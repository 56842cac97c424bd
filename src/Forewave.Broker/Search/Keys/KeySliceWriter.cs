using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Forewave.Broker.Deduplication.Slices;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Writes a slice front to back from entries in their order, each once. One thread's. What throws leaves pages that nobody names:
/// <see cref="Discard"/> deletes them.
/// </summary>
internal sealed class KeySliceWriter
{
    private const int BlockWords = IdFilter.BlockBytes / sizeof(ulong);
    private readonly ISlices _slices;
    private readonly SliceNumber _number;
    private readonly PageWriter _pages;
    private readonly ulong[] _filter;
    private readonly long _blocks;
    private readonly List<uint> _fences = [];
    private KeyEntry _last;
    private int _inPage;
    private long _count;

    /// <param name="slices">Where to.</param>
    /// <param name="number">Its number.</param>
    /// <param name="mostEntries">Entries that it may get at most.</param>
    public KeySliceWriter(ISlices slices, SliceNumber number, long mostEntries)
    {
        _slices = slices;
        _number = number;
        _pages = new PageWriter(slices, number);
        _blocks = IdFilter.BlocksFor(mostEntries, KeySlices.FilterBits);
        _filter = new ulong[_blocks * BlockWords];
    }

    /// <summary>Entries written.</summary>
    public long Count => _count;

    /// <summary>Adds an entry that is not before the last one; one that is the same is left out.</summary>
    public void Add(in KeyEntry entry)
    {
        if (_count > 0 && entry == _last)
            return;
        _last = entry;
        if (_inPage == 0)
            _fences.Add(entry.Prefix);
        KeyPage.Write(_pages.Page, _inPage++, entry);
        if (_inPage == KeyPage.Entries)
            SealEntries();
        var hash = KeySlice.InFilter(entry.Hash);
        IdFilter.Add(hash, _filter.AsSpan((int)IdFilter.BlockOf(hash, _blocks) * BlockWords, BlockWords));
        _count++;
    }

    /// <summary>Writes the end. Null: there was no entry, and there is no slice.</summary>
    /// <param name="folds">How often the filter is folded in memory; null: memory has none.</param>
    public KeySlice? Complete(int? folds)
    {
        if (_count == 0)
            return null;
        if (_inPage > 0)
            SealEntries();
        foreach (uint[] fences in _fences.Chunk(IdPage.Fences))
        {
            for (int i = 0; i < fences.Length; i++)
                BinaryPrimitives.WriteUInt32LittleEndian(_pages.Page[(IdPage.HeaderBytes + i * sizeof(uint))..], fences[i]);
            _pages.Seal(PageKind.Fences, fences.Length);
        }
        WriteFilter();
        _pages.Flush();
        var size = new KeySliceSize { Number = _number, Count = _count, FilterBlocks = _blocks };
        return new KeySlice(size, [.. _fences], folds is { } times ? FilterOf(times) : null);
    }

    /// <summary>Deletes what was written.</summary>
    public void Discard() => _slices.Delete(_number);

    private void SealEntries()
    {
        _pages.Seal(PageKind.Keys, _inPage);
        _inPage = 0;
    }

    private void WriteFilter()
    {
        for (int block = 0, count; block < _blocks; block += count)
        {
            count = (int)Math.Min(IdPage.Blocks, _blocks - block);
            var words = _filter.AsSpan(block * BlockWords, count * BlockWords);
            MemoryMarshal.AsBytes(words).CopyTo(_pages.Page[IdPage.HeaderBytes..]);
            _pages.Seal(PageKind.Filter, count);
        }
    }

    private IdFilter FilterOf(int folds)
    {
        var filter = new IdFilter(_blocks, folds);
        for (int block = 0; block < _blocks; block++)
            filter.Add(block, _filter.AsSpan(block * BlockWords, BlockWords));
        return filter;
    }
}
