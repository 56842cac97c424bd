using System.Buffers.Binary;
using System.Text;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Checkpoints;

/// <summary>
/// A checkpoint file. Little-endian:
/// <code>
/// file header, 16 bytes:  u64 magic "FWCHECKP", u32 version 2, u32 CRC-32C of bytes 0 to 11 and the path
/// part header, 40 bytes:
///  0  u32  CRC-32C of bytes 4 to 39
///  4  u32  CRC-32C of the state
///  8  u32  length of the state
/// 12  u8   kind (0: the end of the file; the id is then the number of parts), 3 bytes 0
/// 16  u32  id, u32 0
/// 24  u64  dispatched
/// 32  u64  tail
/// 40  the state
/// </code>
/// </summary>
internal static class CheckpointLayout
{
    public const ulong Magic = 0x50_4B_43_45_48_43_57_46;
    public const uint Version = 2;
    public const int FileHeaderBytes = 16;
    public const int PartHeaderBytes = 40;

    /// <summary>Longest state of one part.</summary>
    public const int MaxStateBytes = 1 << 30;

    /// <summary>Whether a file header is a whole one of version 1, whose CRC did not cover the path.</summary>
    public static bool IsOfFirstVersion(ReadOnlySpan<byte> header) =>
        BinaryPrimitives.ReadUInt64LittleEndian(header) == Magic
        && BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) == 1
        && BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) == Checksum.Of(header[..12]);

    /// <summary>CRC of a file header. The path is part of it: an old checkpoint under a new one's name is none.</summary>
    public static uint HeaderCrc(ReadOnlySpan<byte> header, DiskPath path) =>
        Checksum.Of([.. header[..12], .. Encoding.UTF8.GetBytes(path.ToString())]);
}
