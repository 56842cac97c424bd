using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Forewave.Broker.Deduplication.Slices;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Brings what memory needs of slices that a checkpoint names: 4 bytes for each page, and the filter as far as there is room. One
/// thread's; blocks on the disk.
/// </summary>
internal sealed class KeyOpening(ISlices store, Action beat)
{
    private const int PagesAtOnce = 64;
    private readonly byte[] _pages = new byte[PagesAtOnce * SlicePage.Bytes];

    /// <summary>Opens a slice.</summary>
    /// <param name="size">Which.</param>
    /// <param name="folds">How often its filter is folded; null: memory has no room for it.</param>
    /// <exception cref="StoreException">It is missing, or a page of it rotted.</exception>
    public KeySlice Open(KeySliceSize size, int? folds) =>
        new(size, Fences(size), folds is { } times ? Filter(size, times) : null) { IsSynced = true };

    private uint[] Fences(KeySliceSize size)
    {
        uint[] fences = new uint[size.EntryPages];
        int count = 0;
        Read(size.Number, size.EntryPages..size.FirstFilterPage, PageKind.Fences, (page, items) =>
        {
            for (int i = 0; i < items; i++)
                fences[count++] = BinaryPrimitives.ReadUInt32LittleEndian(page[(IdPage.HeaderBytes + i * sizeof(uint))..]);
        });
        return fences;
    }

    private IdFilter Filter(KeySliceSize size, int folds)
    {
        var filter = new IdFilter(size.FilterBlocks, folds);
        long block = 0;
        Read(size.Number, size.FirstFilterPage..(size.FirstFilterPage + size.FilterPages), PageKind.Filter, (page, items) =>
        {
            for (int i = 0; i < items; i++)
            {
                var bytes = page.Slice(IdPage.HeaderBytes + i * IdFilter.BlockBytes, IdFilter.BlockBytes);
                filter.Add(block++, MemoryMarshal.Cast<byte, ulong>(bytes));
            }
        });
        return filter;
    }

    private void Read(SliceNumber slice, Range range, PageKind kind, PageVisitor visit)
    {
        for (int first = range.Start.Value; first < range.End.Value; first += PagesAtOnce)
        {
            beat();
            int pages = Math.Min(PagesAtOnce, range.End.Value - first);
            var read = _pages.AsSpan(0, pages * SlicePage.Bytes);
            if (!store.Read(slice, new SlicePage(first), read))
                throw new StoreException(ErrorCode.LogDamaged, $"slice {slice.Value:x16} of the key index is missing");
            for (int i = 0; i < pages; i++)
            {
                var page = read.Slice(i * SlicePage.Bytes, SlicePage.Bytes);
                visit(page, KeyPage.Open(page, kind, slice));
            }
        }
    }

    private delegate void PageVisitor(ReadOnlySpan<byte> page, int items);
}
