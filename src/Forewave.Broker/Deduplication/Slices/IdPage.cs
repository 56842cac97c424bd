using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Deduplication.Slices;

/// <summary>
/// A page of a slice, little-endian:
/// <code>
///  0  u32  CRC-32C of bytes 4 to 4095
///  4  u8   version 1
///  5  u8   kind
///  6  u16  how many items
///  8  u64  number of the slice
/// 16  the items; zeros to the end
///     an id, 32 bytes: u64 upper half of the hash, u64 lower half, u64 position, u32 queue, u32 age in ms after the slice's begin
///     a fence, 4 bytes: u32
///     a block of the filter, 64 bytes
/// </code>
/// </summary>
internal static class IdPage
{
    /// <summary>Bytes before the items.</summary>
    public const int HeaderBytes = 16;

    /// <summary>Bytes of an id.</summary>
    public const int IdBytes = 32;

    /// <summary>Ids in a page.</summary>
    public const int Ids = (SlicePage.Bytes - HeaderBytes) / IdBytes;

    /// <summary>Fences in a page.</summary>
    public const int Fences = (SlicePage.Bytes - HeaderBytes) / sizeof(uint);

    /// <summary>Blocks of the filter in a page.</summary>
    public const int Blocks = (SlicePage.Bytes - HeaderBytes) / IdFilter.BlockBytes;

    private const byte Version = 1;

    /// <summary>Closes a page whose items are there.</summary>
    public static void Seal(Span<byte> page, PageKind kind, int items, SliceNumber slice)
    {
        page[4] = Version;
        page[5] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(page[6..], checked((ushort)items));
        BinaryPrimitives.WriteUInt64LittleEndian(page[8..], slice.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(page, Checksum.Of(page[4..]));
    }

    /// <summary>How many items a page has. False: these are not the bytes that were written.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> page, PageKind kind, SliceNumber slice, out int items)
    {
        items = BinaryPrimitives.ReadUInt16LittleEndian(page[6..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(page) == Checksum.Of(page[4..])
            && page[4] == Version
            && page[5] == (byte)kind
            && BinaryPrimitives.ReadUInt64LittleEndian(page[8..]) == slice.Value;
    }

    /// <summary>How many items a page has.</summary>
    /// <exception cref="StoreException">LogDamaged: these are not the bytes that were written.</exception>
    public static int Open(ReadOnlySpan<byte> page, PageKind kind, SliceNumber slice, SlicePage at)
    {
        if (!TryOpen(page, kind, slice, out int items))
        {
            throw new StoreException(
                ErrorCode.LogDamaged,
                $"Page {at.Value} of slice {slice.Value} of deduplication ids is not what was written; publishes whose ids may be in it are refused until its window is over.");
        }
        return items;
    }

    /// <summary>Writes an id at a place.</summary>
    public static void Write(Span<byte> page, int place, in KnownId known, IdTime begin)
    {
        var item = page.Slice(HeaderBytes + place * IdBytes, IdBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(item, known.Hash.High);
        BinaryPrimitives.WriteUInt64LittleEndian(item[8..], known.Hash.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(item[16..], known.Position.Bits);
        BinaryPrimitives.WriteUInt32LittleEndian(item[24..], known.Queue);
        BinaryPrimitives.WriteUInt32LittleEndian(item[28..], (uint)Math.Max(0, known.Time.Milliseconds - begin.Milliseconds));
    }

    /// <summary>The id at a place.</summary>
    public static KnownId Read(ReadOnlySpan<byte> page, int place, IdTime begin)
    {
        var item = page.Slice(HeaderBytes + place * IdBytes, IdBytes);
        return new KnownId
        {
            Hash = HashAt(page, place),
            Position = LogPosition.FromBits(BinaryPrimitives.ReadUInt64LittleEndian(item[16..])),
            Queue = BinaryPrimitives.ReadUInt32LittleEndian(item[24..]),
            Time = new IdTime(begin.Milliseconds + BinaryPrimitives.ReadUInt32LittleEndian(item[28..])),
        };
    }

    /// <summary>The hash at a place.</summary>
    public static IdHash HashAt(ReadOnlySpan<byte> page, int place)
    {
        var item = page.Slice(HeaderBytes + place * IdBytes, IdBytes);
        return new IdHash
        {
            High = BinaryPrimitives.ReadUInt64LittleEndian(item),
            Low = BinaryPrimitives.ReadUInt64LittleEndian(item[8..]),
        };
    }

    /// <summary>Finds a hash in a page of so many ids; -1: it is not there.</summary>
    public static int Find(ReadOnlySpan<byte> page, int ids, in IdHash hash)
    {
        int low = 0;
        int high = ids - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = HashAt(page, middle).CompareTo(hash);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return -1;
    }
}
