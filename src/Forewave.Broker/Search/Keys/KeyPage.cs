using System.Buffers.Binary;
using Forewave.Broker.Deduplication.Slices;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// A page of a slice of the key index. The header is that of <see cref="IdPage"/>; the items:
/// <code>
///     an entry, 20 bytes: u64 hash, u32 index, i64 offset
///     a fence, 4 bytes: u32
///     a block of the filter, 64 bytes
/// </code>
/// </summary>
internal static class KeyPage
{
    /// <summary>Bytes of an entry.</summary>
    public const int EntryBytes = 20;

    /// <summary>Entries in a page.</summary>
    public const int Entries = (SlicePage.Bytes - IdPage.HeaderBytes) / EntryBytes;

    /// <summary>How many items a page has.</summary>
    /// <exception cref="StoreException">LogDamaged: these are not the bytes that were written.</exception>
    public static int Open(ReadOnlySpan<byte> page, PageKind kind, SliceNumber slice) => IdPage.TryOpen(page, kind, slice, out int items)
        ? items
        : throw new StoreException(ErrorCode.LogDamaged, $"A page of slice {slice.Value:x16} of the key index is not what was written.");

    /// <summary>Writes an entry at a place.</summary>
    public static void Write(Span<byte> page, int place, in KeyEntry entry)
    {
        var item = page.Slice(IdPage.HeaderBytes + place * EntryBytes, EntryBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(item, entry.Hash);
        BinaryPrimitives.WriteUInt32LittleEndian(item[8..], entry.Place.Index);
        BinaryPrimitives.WriteInt64LittleEndian(item[12..], entry.Place.Offset);
    }

    /// <summary>The entry at a place.</summary>
    public static KeyEntry Read(ReadOnlySpan<byte> page, int place)
    {
        var item = page.Slice(IdPage.HeaderBytes + place * EntryBytes, EntryBytes);
        var where = new KeyPlace(BinaryPrimitives.ReadUInt32LittleEndian(item[8..]), BinaryPrimitives.ReadInt64LittleEndian(item[12..]));
        return new KeyEntry(BinaryPrimitives.ReadUInt64LittleEndian(item), where);
    }

    /// <summary>The place of the first of so many entries that is not before another.</summary>
    public static int FirstFrom(ReadOnlySpan<byte> page, int entries, in KeyEntry from)
    {
        int low = 0;
        int high = entries;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Read(page, middle).CompareTo(from) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
