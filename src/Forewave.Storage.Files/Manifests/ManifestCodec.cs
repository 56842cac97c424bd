using System.Buffers.Binary;
using System.Collections.Immutable;
using Forewave.Protocol;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Manifests;

/// <summary>
/// The bytes of MANIFEST, little-endian:
/// <code>
///  0  8 bytes  magic "FWMANIFS"
///  8  u32  CRC-32C of bytes 12 to the end
/// 12  u32  version 1
/// 16  u32  partition
/// 20  u32  segment size in bytes
/// 24  u32  epoch
/// 28  u32  next generation
/// 32  u32  next segment number
/// 36  u32  entries
/// 40  u64  checkpoint number, 0 for none
/// 48  u64  replay position, 0 for none
/// 56  u32  replay segment, u32 replay byte
/// 64  u32  salt of the record headers' CRC
/// 68  u32  epoch that the folder was restored under, 0 for never
/// 72  entries of 24 bytes: u32 segment, u32 file, u32 generation, u32 from byte, u64 first position
/// </code>
/// </summary>
internal static class ManifestCodec
{
    public const uint Version = 1;
    public const int MinBytes = 72;

    private const int EntryBytes = 24;

    private static ReadOnlySpan<byte> Magic => "FWMANIFS"u8;

    public static byte[] Encode(Manifest manifest)
    {
        byte[] bytes = new byte[MinBytes + (manifest.Segments.Length * EntryBytes)];
        Magic.CopyTo(bytes);
        WriteU32(bytes, 12, Version);
        WriteU32(bytes, 16, manifest.Partition.Value);
        WriteU32(bytes, 20, (uint)manifest.SegmentBytes);
        WriteU32(bytes, 24, manifest.Epoch.Value);
        WriteU32(bytes, 28, manifest.NextGeneration.Value);
        WriteU32(bytes, 32, manifest.NextSegment.Value);
        WriteU32(bytes, 36, (uint)manifest.Segments.Length);
        WriteU64(bytes, 40, manifest.Checkpoint);
        WriteU64(bytes, 48, manifest.ReplayPosition.Bits);
        WriteU32(bytes, 56, manifest.ReplayFrom.Segment.Value);
        WriteU32(bytes, 60, (uint)manifest.ReplayFrom.Byte);
        WriteU32(bytes, 64, manifest.NextGeneration.Salt.Value);
        WriteU32(bytes, 68, manifest.RestoredAt.Value);
        int at = MinBytes;
        foreach (SegmentEntry entry in manifest.Segments)
        {
            WriteU32(bytes, at, entry.Number.Value);
            WriteU32(bytes, at + 4, entry.File.Value);
            WriteU32(bytes, at + 8, entry.Generation.Value);
            WriteU32(bytes, at + 12, (uint)entry.From);
            WriteU64(bytes, at + 16, entry.FirstPosition.Bits);
            at += EntryBytes;
        }

        WriteU32(bytes, 8, Checksum.Of(bytes.AsSpan(12)));
        return bytes;
    }

    /// <exception cref="StoreException">The bytes are damaged, or of a newer format.</exception>
    public static Manifest Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < MinBytes || !bytes.StartsWith(Magic) || ReadU32(bytes, 8) != Checksum.Of(bytes[12..]))
        {
            throw new StoreException(
                ErrorCode.LogDamaged,
                "MANIFEST does not match its checksum, so the order of the log is not known. Restore the data folder from a backup.");
        }

        uint version = ReadU32(bytes, 12);
        if (version > Version)
        {
            throw new StoreException(
                ErrorCode.FormatTooNew,
                $"The data folder has format {version}, this program reads up to {Version}. Start the version that wrote it.");
        }

        FolderSalt salt = new(ReadU32(bytes, 64));
        return new Manifest
        {
            Partition = new PartitionNumber((ushort)ReadU32(bytes, 16)),
            SegmentBytes = (int)ReadU32(bytes, 20),
            Epoch = new Epoch(ReadU32(bytes, 24)),
            RestoredAt = new Epoch(ReadU32(bytes, 68)),
            NextGeneration = new Generation(ReadU32(bytes, 28), salt),
            NextSegment = new SegmentNumber(ReadU32(bytes, 32)),
            Checkpoint = ReadU64(bytes, 40),
            ReplayPosition = LogPosition.FromBits(ReadU64(bytes, 48)),
            ReplayFrom = new LogPlace(new SegmentNumber(ReadU32(bytes, 56)), (int)ReadU32(bytes, 60)),
            Segments = ReadEntries(bytes[MinBytes..], (int)ReadU32(bytes, 36), salt),
        };
    }

    private static ImmutableArray<SegmentEntry> ReadEntries(ReadOnlySpan<byte> bytes, int count, FolderSalt salt)
    {
        ImmutableArray<SegmentEntry>.Builder entries = ImmutableArray.CreateBuilder<SegmentEntry>(count);
        for (int i = 0; i < count; i++)
        {
            entries.Add(new SegmentEntry(
                new SegmentNumber(ReadU32(bytes, 0)),
                new SegmentFileId(ReadU32(bytes, 4)),
                new Generation(ReadU32(bytes, 8), salt),
                (int)ReadU32(bytes, 12),
                LogPosition.FromBits(ReadU64(bytes, 16))));
            bytes = bytes[EntryBytes..];
        }

        return entries.MoveToImmutable();
    }

    private static void WriteU32(byte[] bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);

    private static void WriteU64(byte[] bytes, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), value);

    private static uint ReadU32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong ReadU64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
