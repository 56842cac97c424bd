using System.Buffers;
using System.Buffers.Binary;
using Forewave.Protocol;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>
/// What a checkpoint keeps of a queue's index. Little-endian:
/// <code>
///  0  u8   version 1, then 3 bytes 0
///  4  u32  directories D
///  8  u32  leaves L
/// 12  u32  runs R
/// 16  i64  first retained offset
/// 24  i64  end
/// 32  i64  payload bytes
/// 40  i64  oldest time, Unix milliseconds
/// 48  D + L times: i64 first offset, u32 block
///     R times: i64 first offset, i64 time, u64 location
/// </code>
/// The end of a run is the first offset of the next, that of the last run the end of the index.
/// </summary>
internal static class IndexSnapshot
{
    private const byte Version = 1;
    private const int HeaderBytes = 48;
    private const int ReferenceBytes = 12;
    private const int RunBytes = 24;

    public static void Write(IBufferWriter<byte> writer, in IndexBounds bounds, in IndexBlocks blocks, ReadOnlySpan<IndexEntry> runs)
    {
        int references = blocks.Directories.Count + blocks.Leaves.Count;
        int length = HeaderBytes + (references * ReferenceBytes) + (runs.Length * RunBytes);
        Span<byte> bytes = writer.GetSpan(length)[..length];
        bytes[..4].Clear();
        bytes[0] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], blocks.Directories.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], blocks.Leaves.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], runs.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], bounds.FirstRetained);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], bounds.End);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], bounds.Bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], bounds.OldestTime);
        Span<byte> rest = WriteReferences(bytes[HeaderBytes..], blocks.Directories);
        rest = WriteReferences(rest, blocks.Leaves);
        foreach (IndexEntry run in runs)
        {
            BinaryPrimitives.WriteInt64LittleEndian(rest, run.First.Value);
            BinaryPrimitives.WriteInt64LittleEndian(rest[8..], run.Time.UnixMilliseconds);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[16..], run.Location.Bits);
            rest = rest[RunBytes..];
        }

        writer.Advance(length);
    }

    /// <exception cref="StoreException">The bytes are not a snapshot that this version reads.</exception>
    public static IndexBounds Read(ReadOnlySpan<byte> bytes, in IndexBlocks blocks, ref IndexTail tail)
    {
        if (bytes.Length < HeaderBytes || bytes[0] != Version)
        {
            throw new StoreException(
                ErrorCode.StoreUnavailable,
                $"A queue's index in the checkpoint has format {(bytes.IsEmpty ? 0 : bytes[0])}, this version reads {Version}. Start the version that wrote it.");
        }

        int directories = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        int leaves = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        int runs = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        long end = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]);
        ReadOnlySpan<byte> rest = ReadReferences(bytes[HeaderBytes..], directories, blocks.Directories);
        rest = ReadReferences(rest, leaves, blocks.Leaves);
        ReadRuns(rest, runs, end, ref tail);
        return new IndexBounds
        {
            FirstRetained = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            End = end,
            Bytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            OldestTime = BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
        };
    }

    private static Span<byte> WriteReferences(Span<byte> bytes, List<BlockReference> references)
    {
        foreach (BlockReference reference in references)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, reference.FirstOffset);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], reference.Block.Value);
            bytes = bytes[ReferenceBytes..];
        }

        return bytes;
    }

    private static ReadOnlySpan<byte> ReadReferences(ReadOnlySpan<byte> bytes, int count, List<BlockReference> references)
    {
        for (int i = 0; i < count; i++)
        {
            BlockNumber block = new(BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
            references.Add(new BlockReference(BinaryPrimitives.ReadInt64LittleEndian(bytes), block));
            bytes = bytes[ReferenceBytes..];
        }

        return bytes;
    }

    private static void ReadRuns(ReadOnlySpan<byte> bytes, int count, long end, ref IndexTail tail)
    {
        for (int i = 0; i < count; i++)
        {
            long first = BinaryPrimitives.ReadInt64LittleEndian(bytes);
            Timestamp time = new(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]));
            RecordLocation location = new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
            bytes = bytes[RunBytes..];
            long next = i + 1 < count ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : end;
            tail.Add(new IndexEntry(new Offset(first), (int)(next - first), location, time));
        }
    }
}
