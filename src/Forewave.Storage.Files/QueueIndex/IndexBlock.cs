using System.Buffers.Binary;
using Forewave.Protocol;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>
/// A block of the index files, immutable once made. All numbers are little-endian:
/// <code>
///  0  u32  CRC-32C of bytes 4 to 1023
///  4  u16  magic 0x4951
///  6  u8   version 1
///  7  u8   kind: 1 leaf, 2 directory
///  8  u32  queue
/// 12  u32  entries, 1 to 61
/// 16  i64  first offset
/// 24  i64  leaf: time of the first entry, Unix milliseconds
/// 32  u32  offsets in the block: end = first offset + this (a directory: 0)
/// 36  u32  0
/// 40  61 entries of 16 bytes
///          leaf:      u64 location, u32 offset - first offset, u32 time - first time (ms)
///          directory: i64 first offset, u32 block, u32 0
/// 1016 8 bytes 0
/// </code>
/// </summary>
internal sealed class IndexBlock
{
    public const int SizeBytes = 1024;
    public const int MaxEntries = 61;

    private const int HeaderBytes = 40;
    private const int EntryBytes = 16;
    private const ushort Magic = 0x4951;
    private const byte Version = 1;

    private readonly byte[] _bytes;

    private IndexBlock(BlockNumber number, byte[] bytes)
    {
        Number = number;
        _bytes = bytes;
    }

    public BlockNumber Number { get; }

    public BlockKind Kind => (BlockKind)_bytes[7];

    public uint Queue => ReadU32(8);

    public int Count => (int)ReadU32(12);

    public long FirstOffset => ReadI64(16);

    public long FirstTime => ReadI64(24);

    public long EndOffset => FirstOffset + ReadU32(32);

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Encodes 1 to 61 consecutive runs; they span less than 2^32 offsets and 2^32 ms.</summary>
    public static IndexBlock OfRuns(BlockNumber number, QueueNumber queue, ReadOnlySpan<IndexEntry> runs)
    {
        IndexBlock block = New(number, queue, BlockKind.Leaf, runs.Length);
        long first = runs[0].First.Value;
        long time = runs[0].Time.UnixMilliseconds;
        block.WriteI64(16, first);
        block.WriteI64(24, time);
        block.WriteU32(32, (uint)(runs[^1].End - first));
        for (int i = 0; i < runs.Length; i++)
        {
            int at = HeaderBytes + (i * EntryBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(block._bytes.AsSpan(at), runs[i].Location.Bits);
            block.WriteU32(at + 8, (uint)(runs[i].First.Value - first));
            block.WriteU32(at + 12, (uint)(runs[i].Time.UnixMilliseconds - time));
        }

        return block.Seal();
    }

    /// <summary>Encodes 1 to 61 consecutive leaves.</summary>
    public static IndexBlock OfLeaves(BlockNumber number, QueueNumber queue, ReadOnlySpan<BlockReference> leaves)
    {
        IndexBlock block = New(number, queue, BlockKind.Directory, leaves.Length);
        block.WriteI64(16, leaves[0].FirstOffset);
        for (int i = 0; i < leaves.Length; i++)
        {
            int at = HeaderBytes + (i * EntryBytes);
            block.WriteI64(at, leaves[i].FirstOffset);
            block.WriteU32(at + 8, leaves[i].Block.Value);
        }

        return block.Seal();
    }

    /// <summary>Takes bytes read from disk; null when they are not a whole block of this format.</summary>
    public static IndexBlock? Parse(BlockNumber number, byte[] bytes)
    {
        IndexBlock block = new(number, bytes);
        bool isWhole = bytes.Length == SizeBytes
            && block.ReadU32(0) == Checksum.Of(bytes.AsSpan(4))
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(4)) == Magic
            && bytes[6] == Version
            && block.Count is > 0 and <= MaxEntries;
        return isWhole ? block : null;
    }

    /// <summary>The run at a place of a leaf.</summary>
    public IndexEntry Run(int place)
    {
        int at = HeaderBytes + (place * EntryBytes);
        long first = FirstOffset + ReadU32(at + 8);
        long end = place + 1 < Count ? FirstOffset + ReadU32(at + EntryBytes + 8) : EndOffset;
        RecordLocation location = new(BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(at)));
        return new IndexEntry(new Offset(first), (int)(end - first), location, new Timestamp(FirstTime + ReadU32(at + 12)));
    }

    /// <summary>The leaf at a place of a directory.</summary>
    public BlockReference Leaf(int place)
    {
        int at = HeaderBytes + (place * EntryBytes);
        return new BlockReference(ReadI64(at), new BlockNumber(ReadU32(at + 8)));
    }

    /// <summary>Place of the last run that begins at or before an offset.</summary>
    public int FindRun(long offset)
    {
        uint delta = (uint)(offset - FirstOffset);
        int low = 0;
        int high = Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            (low, high) = ReadU32(HeaderBytes + (middle * EntryBytes) + 8) <= delta ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <summary>The runs behind one of its own, as many as there is room for, that begin before an end; returns how many.</summary>
    public int CopyAfter(in IndexEntry run, Span<IndexEntry> runs, Offset end)
    {
        int count = 0;
        for (int place = FindRun(run.First.Value) + 1; place < Count && count < runs.Length; place++)
        {
            IndexEntry next = Run(place);
            if (next.First >= end)
            {
                break;
            }

            runs[count++] = next;
        }

        return count;
    }

    /// <summary>Place of the last leaf that begins at or before an offset.</summary>
    public int FindLeaf(long offset)
    {
        int low = 0;
        int high = Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            (low, high) = ReadI64(HeaderBytes + (middle * EntryBytes)) <= offset ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private static IndexBlock New(BlockNumber number, QueueNumber queue, BlockKind kind, int count)
    {
        System.Diagnostics.Debug.Assert(count is > 0 and <= MaxEntries);
        IndexBlock block = new(number, new byte[SizeBytes]);
        BinaryPrimitives.WriteUInt16LittleEndian(block._bytes.AsSpan(4), Magic);
        block._bytes[6] = Version;
        block._bytes[7] = (byte)kind;
        block.WriteU32(8, queue.Value);
        block.WriteU32(12, (uint)count);
        return block;
    }

    private IndexBlock Seal()
    {
        WriteU32(0, Checksum.Of(_bytes.AsSpan(4)));
        return this;
    }

    private uint ReadU32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at));

    private long ReadI64(int at) => BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(at));

    private void WriteU32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(at), value);

    private void WriteI64(int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(at), value);
}
