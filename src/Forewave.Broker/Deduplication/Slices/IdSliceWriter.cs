using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Forewave.Storage;

namespace Forewave.Broker.Deduplication.Slices;

/// <summary>
/// Writes a slice and its filter, front to back, from ids in the order of their hashes. One thread's. What throws leaves pages
/// that nobody names: <see cref="Discard"/> deletes them.
/// </summary>
internal sealed class IdSliceWriter
{
    private readonly ISlices _slices;
    private readonly IdSliceTerms _terms;
    private readonly PageWriter _ids;
    private readonly PageWriter _blocks;
    private readonly IdFilter _filter;
    private readonly long _fullBlocks;
    private readonly ulong[] _block = new ulong[IdFilter.BlockBytes / sizeof(ulong)];
    private readonly List<uint> _fences = [];
    private readonly WindowCounts _windows = new();
    private long _blockNumber;
    private int _blocksInPage;
    private int _idsInPage;
    private int _count;

    public IdSliceWriter(ISlices slices, in IdSliceTerms terms)
    {
        _slices = slices;
        _terms = terms;
        _ids = new PageWriter(slices, terms.Number);
        _blocks = new PageWriter(slices, terms.FilterNumber);
        _fullBlocks = IdFilter.BlocksFor(terms.MostIds, IdSliceTerms.FilterBits);
        _filter = new IdFilter(_fullBlocks, terms.Folds);
    }

    /// <summary>Ids written.</summary>
    public int Count => _count;

    /// <summary>Adds an id whose hash is above the last one's.</summary>
    public void Add(in KnownId known, TimeSpan window)
    {
        if (_idsInPage == 0)
            _fences.Add(known.Hash.Prefix);
        IdPage.Write(_ids.Page, _idsInPage++, known, _terms.Begin);
        if (_idsInPage == IdPage.Ids)
            SealIds();
        AddToFilter(known.Hash);
        _windows.Add(window, known.Time);
        _count++;
    }

    /// <summary>Writes the end. Null: there was no id, and there is no slice.</summary>
    public IdSlice? Complete()
    {
        if (_count == 0)
        {
            Discard();
            return null;
        }
        if (_idsInPage > 0)
            SealIds();
        WriteFences();
        while (_blockNumber < _fullBlocks)
            EndBlock();
        if (_blocksInPage > 0)
            _blocks.Seal(PageKind.Filter, _blocksInPage);
        _ids.Flush();
        _blocks.Flush();
        return new IdSlice(_filter)
        {
            Number = _terms.Number,
            FilterNumber = _terms.FilterNumber,
            Count = _count,
            FilterBlocks = _fullBlocks,
            Begin = _terms.Begin,
            Seals = _terms.Seals,
            Fences = [.. _fences],
            Windows = _windows.ToArray(),
        };
    }

    /// <summary>Deletes what was written.</summary>
    public void Discard()
    {
        _slices.Delete(_terms.Number);
        _slices.Delete(_terms.FilterNumber);
    }

    private void AddToFilter(in IdHash hash)
    {
        long block = IdFilter.BlockOf(hash, _fullBlocks);
        while (_blockNumber < block)
            EndBlock();
        IdFilter.Add(hash, _block);
    }

    private void EndBlock()
    {
        _filter.Add(_blockNumber, _block);
        var page = _blocks.Page[(IdPage.HeaderBytes + _blocksInPage * IdFilter.BlockBytes)..];
        MemoryMarshal.AsBytes(_block.AsSpan()).CopyTo(page);
        Array.Clear(_block);
        _blockNumber++;
        _blocksInPage++;
        if (_blocksInPage == IdPage.Blocks)
        {
            _blocks.Seal(PageKind.Filter, _blocksInPage);
            _blocksInPage = 0;
        }
    }

    private void SealIds()
    {
        _ids.Seal(PageKind.Ids, _idsInPage);
        _idsInPage = 0;
    }

    private void WriteFences()
    {
        foreach (uint[] fences in _fences.Chunk(IdPage.Fences))
        {
            for (int i = 0; i < fences.Length; i++)
                BinaryPrimitives.WriteUInt32LittleEndian(_ids.Page[(IdPage.HeaderBytes + i * sizeof(uint))..], fences[i]);
            _ids.Seal(PageKind.Fences, fences.Length);
        }
    }
}
