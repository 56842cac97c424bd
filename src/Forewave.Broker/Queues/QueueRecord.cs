using System.Buffers.Binary;
using System.Text;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Queues;

/// <summary>
/// The payload of a QueueChanged record, little-endian: version u8 = 2, state u8 (1 active, 2 deleted), relaxed u8,
/// retention u64, deduplication window u64 (both in milliseconds), then the name as UTF-8. Version 1 has no window.
/// </summary>
internal readonly record struct QueueRecord(QueueName Name, QueueOptions Options, bool IsDeleted)
{
    private const byte Version = 2;
    private const byte Active = 1;
    private const byte Deleted = 2;
    private const int FixedBytes = 3 + 2 * sizeof(ulong);
    private const int FixedBytesOfVersion1 = 3 + sizeof(ulong);

    public byte[] Encode()
    {
        byte[] payload = new byte[FixedBytes + Encoding.UTF8.GetByteCount(Name.Value)];
        payload[0] = Version;
        payload[1] = IsDeleted ? Deleted : Active;
        payload[2] = Options.Relaxed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(3), (ulong)Options.Retention.TotalMilliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(11), (ulong)Options.DeduplicationWindow.TotalMilliseconds);
        Encoding.UTF8.GetBytes(Name.Value, payload.AsSpan(FixedBytes));
        return payload;
    }

    /// <summary>Reads a payload that the log holds.</summary>
    public static QueueRecord Decode(ReadOnlySpan<byte> payload)
    {
        int fixedBytes = payload.Length > 0 && payload[0] == 1 ? FixedBytesOfVersion1 : FixedBytes;
        if (payload.Length <= fixedBytes || payload[0] is 0 or > Version || !QueueName.TryParse(payload[fixedBytes..], out var name))
            throw new StoreException(ErrorCode.LogDamaged, "a QueueChanged record is none that this version writes; start the version that did");
        var options = new QueueOptions
        {
            Relaxed = payload[2] != 0,
            Retention = TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt64LittleEndian(payload[3..])),
            DeduplicationWindow = fixedBytes == FixedBytes
                ? TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt64LittleEndian(payload[11..]))
                : Limits.DefaultDeduplicationWindow,
        };
        return new QueueRecord(name, options, payload[1] == Deleted);
    }

    /// <summary>The record to be appended.</summary>
    public static RecordDraft Draft(uint id, byte[] payload) => new()
    {
        Type = RecordType.QueueChanged,
        Count = 1,
        Queue = id,
        Payload = payload,
        PayloadCrc = Checksum.Of(payload),
    };
}
