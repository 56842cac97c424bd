using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Deduplication.Slices;

/// <summary>A slice as a checkpoint names it.</summary>
internal sealed record StoredSlice
{
    private const int PagesAtOnce = 64;

    public required SliceNumber Number { get; init; }

    public required SliceNumber FilterNumber { get; init; }

    public required int Count { get; init; }

    public required long FilterBlocks { get; init; }

    public required IdTime Begin { get; init; }

    public required SealRange Seals { get; init; }

    public required WindowCount[] Windows { get; init; }

    public required bool IsDoubtful { get; init; }

    private int Pages => (Count + IdPage.Ids - 1) / IdPage.Ids;

    /// <summary>How often filters have to be folded so that all fit into memory.</summary>
    public static int FoldsFor(IEnumerable<StoredSlice> slices, long maxBytes)
    {
        long filters = slices.Sum(slice => slice.FilterBlocks) * IdFilter.BlockBytes;
        long fences = slices.Sum(slice => (long)slice.Pages) * sizeof(uint);
        int folds = 0;
        while (folds < IdFilter.MaxFolds && (filters >> folds) + fences > maxBytes)
            folds++;
        return folds;
    }

    /// <summary>Reads its fences and its filter. Blocks on the disk: about 4 bytes for each id.</summary>
    public IdSlice Open(ISlices store, int folds) => new(ReadFilter(store, folds))
    {
        Number = Number,
        FilterNumber = FilterNumber,
        Count = Count,
        FilterBlocks = FilterBlocks,
        Begin = Begin,
        Seals = Seals,
        Fences = ReadFences(store),
        Windows = Windows,
        IsDoubtful = IsDoubtful,
    };

    private uint[] ReadFences(ISlices store)
    {
        uint[] fences = new uint[Pages];
        int count = 0;
        var extent = new Extent { Slice = Number, First = Pages, Pages = (Pages + IdPage.Fences - 1) / IdPage.Fences };
        ReadAll(store, extent, PageKind.Fences, (page, items) =>
        {
            for (int i = 0; i < items; i++)
                fences[count++] = BinaryPrimitives.ReadUInt32LittleEndian(page[(IdPage.HeaderBytes + i * sizeof(uint))..]);
        });
        return fences;
    }

    private IdFilter ReadFilter(ISlices store, int folds)
    {
        // Of filters that were written with 16 bits an id fewer halves may be left.
        var filter = new IdFilter(FilterBlocks, IdFilter.FoldsOf(FilterBlocks, folds));
        long block = 0;
        int pages = (int)((FilterBlocks + IdPage.Blocks - 1) / IdPage.Blocks);
        ReadAll(store, new Extent { Slice = FilterNumber, First = 0, Pages = pages }, PageKind.Filter, (page, items) =>
        {
            for (int i = 0; i < items; i++)
            {
                var bytes = page.Slice(IdPage.HeaderBytes + i * IdFilter.BlockBytes, IdFilter.BlockBytes);
                filter.Add(block++, MemoryMarshal.Cast<byte, ulong>(bytes));
            }
        });
        return filter;
    }

    private static void ReadAll(ISlices store, Extent extent, PageKind kind, PageVisitor visit)
    {
        byte[] buffer = new byte[PagesAtOnce * SlicePage.Bytes];
        for (int done = 0; done < extent.Pages; done += PagesAtOnce)
        {
            int pages = Math.Min(PagesAtOnce, extent.Pages - done);
            var read = buffer.AsSpan(0, pages * SlicePage.Bytes);
            if (!store.Read(extent.Slice, new SlicePage(extent.First + done), read))
                throw new StoreException(ErrorCode.LogDamaged, $"slice {extent.Slice.Value} of deduplication ids is missing");
            for (int i = 0; i < pages; i++)
            {
                var page = read.Slice(i * SlicePage.Bytes, SlicePage.Bytes);
                visit(page, IdPage.Open(page, kind, extent.Slice, new SlicePage(extent.First + done + i)));
            }
        }
    }

    private delegate void PageVisitor(ReadOnlySpan<byte> page, int items);

    private readonly record struct Extent
    {
        public required SliceNumber Slice { get; init; }

        public required int First { get; init; }

        public required int Pages { get; init; }
    }
}
