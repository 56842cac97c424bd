using System.Buffers.Binary;
using Forewave.Protocol;

namespace Forewave.Storage.Files.Segments;

/// <summary>
/// The 64 bytes before every payload. All numbers are little-endian:
/// <code>
///  0  u32  CRC-32C of bytes 4 to 63 and of the folder's salt (u32)
///  4  u32  CRC-32C of the payload
///  8  u32  payload length in bytes, without the padding to a multiple of 8
/// 12  u8   type
/// 13  u8   version 1
/// 14  u8   flags: 1 group start, 2 joins next
/// 15  u8   0
/// 16  u64  first log position
/// 24  u32  positions taken
/// 28  u32  generation
/// 32  i64  time, Unix milliseconds
/// 40  u32  queue
/// 44  u32  source
/// 48  u64  sequence
/// 56  u64  extra
/// </code>
/// Encoding has two steps: the appender writes what it knows (<see cref="WriteDraft"/>, without a CRC, so not yet a
/// record to anybody who reads it), the log's writer seals it when its group is taken (<see cref="Seal"/>).
/// </summary>
internal static class RecordCodec
{
    public const int HeaderBytes = 64;
    public const byte Version = 1;

    private const int PayloadCrcAt = 4;
    private const int PayloadBytesAt = 8;
    private const int TypeAt = 12;
    private const int VersionAt = 13;
    private const int FlagsAt = 14;
    private const int PositionAt = 16;
    private const int CountAt = 24;
    private const int GenerationAt = 28;
    private const int TimeAt = 32;
    private const int QueueAt = 40;
    private const int SourceAt = 44;
    private const int SequenceAt = 48;
    private const int ExtraAt = 56;

    /// <summary>Writes header and payload and clears the padding; the header is not sealed.</summary>
    public static void WriteDraft(Span<byte> record, in RecordDraft draft, LogPosition first, Timestamp time)
    {
        ReadOnlySpan<byte> payload = draft.Payload.Span;
        WriteFields(
            record,
            new RecordHeader
            {
                Type = draft.Type,
                Position = first,
                Count = draft.Count,
                Time = time,
                Queue = draft.Queue,
                Source = draft.Source,
                Sequence = draft.Sequence,
                Extra = draft.Extra,
            },
            new PayloadSeal(payload.Length, draft.PayloadCrc),
            draft.JoinsNext ? RecordFlags.JoinsNext : RecordFlags.None);
        payload.CopyTo(record[HeaderBytes..]);
        record[(HeaderBytes + payload.Length)..].Clear();
    }

    /// <summary>Writes a header without its CRC and generation.</summary>
    public static void WriteFields(Span<byte> record, in RecordHeader header, PayloadSeal payload, RecordFlags flags)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(record[PayloadCrcAt..], payload.Crc);
        BinaryPrimitives.WriteInt32LittleEndian(record[PayloadBytesAt..], payload.Bytes);
        record[TypeAt] = (byte)header.Type;
        record[VersionAt] = Version;
        record[FlagsAt] = (byte)flags;
        record[FlagsAt + 1] = 0;
        BinaryPrimitives.WriteUInt64LittleEndian(record[PositionAt..], header.Position.Bits);
        BinaryPrimitives.WriteInt32LittleEndian(record[CountAt..], header.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(record[GenerationAt..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(record[TimeAt..], header.Time.UnixMilliseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(record[QueueAt..], header.Queue);
        BinaryPrimitives.WriteUInt32LittleEndian(record[SourceAt..], header.Source);
        BinaryPrimitives.WriteUInt64LittleEndian(record[SequenceAt..], header.Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(record[ExtraAt..], header.Extra);
    }

    /// <summary>Puts generation, group start and CRC into a header; from then on it is a record. Keeps its other flags.</summary>
    /// <returns>Bytes that the record takes.</returns>
    public static int Seal(Span<byte> record, Generation generation, bool startsGroup)
    {
        Span<byte> header = record[..HeaderBytes];
        if (startsGroup)
        {
            header[FlagsAt] |= (byte)RecordFlags.GroupStart;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(header[GenerationAt..], generation.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(header, CrcOf(header, generation));
        return SegmentLayout.RecordBytes(BinaryPrimitives.ReadInt32LittleEndian(header[PayloadBytesAt..]));
    }

    /// <summary>The first position of a header that need not be sealed.</summary>
    public static LogPosition PositionOf(ReadOnlySpan<byte> record) =>
        LogPosition.FromBits(BinaryPrimitives.ReadUInt64LittleEndian(record[PositionAt..]));

    /// <summary>
    /// Reads a sealed header. False: it is none, or its record would not fit into <paramref name="bytes"/>' segment.
    /// The payload's CRC is the caller's to check.
    /// </summary>
    /// <param name="bytes">Begins with the header.</param>
    /// <param name="generation">The only generation that counts.</param>
    /// <param name="header">The header.</param>
    /// <exception cref="StoreException">It is a header of a newer format.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, Generation generation, out StoredHeader header)
    {
        header = default;
        bool isSealed = bytes.Length >= HeaderBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[GenerationAt..]) == generation.Value
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == CrcOf(bytes, generation);
        if (!isSealed)
        {
            return false;
        }

        if (bytes[VersionAt] != Version)
        {
            throw new StoreException(
                ErrorCode.FormatTooNew,
                $"A record of the log has version {bytes[VersionAt]}, this program reads {Version}. Start the version that wrote it.");
        }

        header = ReadFields(bytes);
        return header.Header.Type != RecordType.None && header.Header.Count > 0 && header.PayloadBytes >= 0;
    }

    /// <summary>Reads a header that is known to be one: from memory, or under the CRC of a payload that holds it.</summary>
    public static StoredHeader ReadFields(ReadOnlySpan<byte> bytes) => new(
        new RecordHeader
        {
            Type = (RecordType)bytes[TypeAt],
            Position = PositionOf(bytes),
            Count = BinaryPrimitives.ReadInt32LittleEndian(bytes[CountAt..]),
            Time = new Timestamp(BinaryPrimitives.ReadInt64LittleEndian(bytes[TimeAt..])),
            Queue = BinaryPrimitives.ReadUInt32LittleEndian(bytes[QueueAt..]),
            Source = BinaryPrimitives.ReadUInt32LittleEndian(bytes[SourceAt..]),
            Sequence = BinaryPrimitives.ReadUInt64LittleEndian(bytes[SequenceAt..]),
            Extra = BinaryPrimitives.ReadUInt64LittleEndian(bytes[ExtraAt..]),
        },
        (RecordFlags)bytes[FlagsAt],
        BinaryPrimitives.ReadInt32LittleEndian(bytes[PayloadBytesAt..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[PayloadCrcAt..]));

    private static uint CrcOf(ReadOnlySpan<byte> record, Generation generation)
    {
        Span<byte> covered = stackalloc byte[HeaderBytes];
        record[PayloadCrcAt..HeaderBytes].CopyTo(covered);
        BinaryPrimitives.WriteUInt32LittleEndian(covered[(HeaderBytes - PayloadCrcAt)..], generation.Salt.Value);
        return Checksum.Of(covered);
    }
}
