using System.Buffers.Binary;
using System.Text;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Queues;

/// <summary>
/// The payload of a QueueChanged record, little-endian: version u8 = 4, state u8 (1 active, 2 deleted), u8 (1 relaxed, 2 traced),
/// retention u64, deduplication window u64, idle time u64, time to live u64 (all in milliseconds), then the name as UTF-8. Version
/// 3 has no time to live, version 2 no idle time, version 1 no window either.
/// </summary>
internal readonly record struct QueueRecord(QueueName Name, QueueOptions Options, bool IsDeleted)
{
    private const byte Version = 4;
    private const byte RelaxedBit = 1;
    private const byte TraceBit = 2;
    private const byte Active = 1;
    private static readonly int FixedBytes = QueueNaming.NameFrom(Version);

    public byte[] Encode()
    {
        byte[] payload = new byte[FixedBytes + Encoding.UTF8.GetByteCount(Name.Value)];
        payload[0] = Version;
        payload[1] = IsDeleted ? QueueNaming.Deleted : Active;
        payload[2] = (byte)((Options.Relaxed ? RelaxedBit : 0) | (Options.Trace ? TraceBit : 0));
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(3), (ulong)Options.Retention.TotalMilliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(11), (ulong)Options.DeduplicationWindow.TotalMilliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(19), (ulong)Options.DeleteWhenIdle.TotalMilliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(27), (ulong)Options.TimeToLive.TotalMilliseconds);
        Encoding.UTF8.GetBytes(Name.Value, payload.AsSpan(FixedBytes));
        return payload;
    }

    /// <summary>Reads a payload that the log holds.</summary>
    public static QueueRecord Decode(ReadOnlySpan<byte> payload)
    {
        int version = payload.Length > 0 ? payload[0] : 0;
        if (version is 0 or > Version || !QueueNaming.TryRead(payload, out var name))
            throw new StoreException(ErrorCode.LogDamaged, "a QueueChanged record is none that this version writes; start the version that did");
        var options = new QueueOptions
        {
            Relaxed = (payload[2] & RelaxedBit) != 0,
            Trace = (payload[2] & TraceBit) != 0,
            Retention = Duration(payload, 3),
            DeduplicationWindow = version > 1 ? Duration(payload, 11) : Limits.DefaultDeduplicationWindow,
            DeleteWhenIdle = version > 2 ? Duration(payload, 19) : TimeSpan.Zero,
            TimeToLive = version > 3 ? Duration(payload, 27) : TimeSpan.Zero,
        };
        return new QueueRecord(name, options, QueueNaming.IsDeletion(payload));
    }

    private static TimeSpan Duration(ReadOnlySpan<byte> payload, int at) =>
        TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt64LittleEndian(payload[at..]));

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
