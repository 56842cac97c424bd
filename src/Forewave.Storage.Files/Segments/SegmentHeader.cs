using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Segments;

/// <summary>
/// The first block of a segment file, little-endian; the rest of its 4096 bytes is 0:
/// <code>
///  0  8 bytes  magic "FWSEGMNT"
///  8  u32  CRC-32C of bytes 12 to 35
/// 12  u32  version 1
/// 16  u32  segment number
/// 20  u32  generation
/// 24  u32  segment size in bytes
/// 28  u32  partition
/// 32  u32  salt of the record headers' CRC
/// </code>
/// Written and synced before MANIFEST names the file, which is before any record is written.
/// </summary>
internal readonly record struct SegmentHeader(SegmentNumber Number, Generation Generation, int SegmentBytes, PartitionNumber Partition)
{
    public const uint Version = 1;

    private const int UsedBytes = 36;

    private static ReadOnlySpan<byte> Magic => "FWSEGMNT"u8;

    /// <summary>Writes the block; durable after the file's next sync.</summary>
    public void WriteTo(IDiskFile file)
    {
        byte[] block = new byte[SegmentLayout.HeaderBytes];
        Encode(block);
        file.Write(0, block);
    }

    public void Encode(Span<byte> block)
    {
        Magic.CopyTo(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(block[16..], Number.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(block[20..], Generation.Value);
        BinaryPrimitives.WriteInt32LittleEndian(block[24..], SegmentBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(block[28..], Partition.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(block[32..], Generation.Salt.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], Checksum.Of(block[12..UsedBytes]));
    }

    /// <summary>Reads a block; null when it is not one.</summary>
    /// <exception cref="StoreException">It was written by a newer version.</exception>
    public static SegmentHeader? Decode(ReadOnlySpan<byte> block)
    {
        bool isOurs = block.Length >= UsedBytes
            && block.StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(block[8..]) == Checksum.Of(block[12..UsedBytes]);
        if (!isOurs)
        {
            return null;
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(block[12..]);
        if (version > Version)
        {
            throw new StoreException(
                ErrorCode.FormatTooNew,
                $"A segment has format {version}, this program reads {Version}. Start the version that wrote it.");
        }

        return new SegmentHeader(
            new SegmentNumber(BinaryPrimitives.ReadUInt32LittleEndian(block[16..])),
            new Generation(BinaryPrimitives.ReadUInt32LittleEndian(block[20..]), new FolderSalt(BinaryPrimitives.ReadUInt32LittleEndian(block[32..]))),
            BinaryPrimitives.ReadInt32LittleEndian(block[24..]),
            new PartitionNumber((ushort)BinaryPrimitives.ReadUInt32LittleEndian(block[28..])));
    }
}
