using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;

namespace Forewave.Protocol;

/// <summary>
/// Names one lease: what a message is settled with, from any connection and over any protocol. As text 40 characters of
/// base64url over 30 bytes, big-endian: version 1 (1), partition (2), queue id (4), group id (4), offset (8), attempt (4),
/// epoch (3), CRC-32C of all before it (4). The check catches a handle cut or mistyped; it is no secret. <c>default</c> is no
/// handle and throws on use.
/// </summary>
public readonly record struct LeaseHandle
{
    /// <summary>The length of the text.</summary>
    public const int TextLength = 40;

    private const byte Version = 1;
    private const int ByteLength = 30;
    private const int CheckedLength = ByteLength - sizeof(uint);
    private readonly Offset _offset;

    /// <param name="partition">The partition of the message.</param>
    /// <param name="queue">Its queue's number.</param>
    /// <param name="group">The number of the group that it was leased to.</param>
    /// <param name="offset">The message's offset.</param>
    /// <param name="attempt">Which delivery it was, from 1.</param>
    /// <param name="epoch">The epoch that gave the lease.</param>
    /// <exception cref="ArgumentOutOfRangeException">Offset, attempt, queue or group is 0.</exception>
    public LeaseHandle(PartitionNumber partition, QueueId queue, GroupId group, Offset offset, Attempt attempt, Epoch epoch)
    {
        ArgumentOutOfRangeException.ThrowIfZero(offset.Value, nameof(offset));
        ArgumentOutOfRangeException.ThrowIfZero(attempt.Value, nameof(attempt));
        ArgumentOutOfRangeException.ThrowIfEqual(queue, default);
        ArgumentOutOfRangeException.ThrowIfEqual(group, default);
        Partition = partition;
        Queue = queue;
        Group = group;
        _offset = offset;
        Attempt = attempt;
        Epoch = epoch;
    }

    /// <summary>The partition of the message.</summary>
    public PartitionNumber Partition { get; }

    /// <summary>Its queue's number.</summary>
    public QueueId Queue { get; }

    /// <summary>The number of the group that it was leased to.</summary>
    public GroupId Group { get; }

    /// <summary>The message's offset.</summary>
    public Offset Offset => _offset.Value != 0 ? _offset : throw DefaultValue.Used(nameof(LeaseHandle));

    /// <summary>Which delivery it was.</summary>
    public Attempt Attempt { get; }

    /// <summary>The epoch that gave the lease.</summary>
    public Epoch Epoch { get; }

    /// <summary>Reads the text form; false when it was cut, changed or is of another version.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out LeaseHandle handle)
    {
        handle = default;
        Span<byte> bytes = stackalloc byte[ByteLength];
        if (text.Length != TextLength || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out int written))
            return false;
        if (written != ByteLength || bytes[0] != Version || BinaryPrimitives.ReadUInt32BigEndian(bytes[CheckedLength..]) != Check(bytes))
            return false;
        uint epochValue = (uint)bytes[23] << 16 | BinaryPrimitives.ReadUInt16BigEndian(bytes[24..]);
        uint attempt = BinaryPrimitives.ReadUInt32BigEndian(bytes[19..]);
        if (!QueueId.TryFrom(BinaryPrimitives.ReadUInt32BigEndian(bytes[3..]), out var queue)
            || !GroupId.TryFrom(BinaryPrimitives.ReadUInt32BigEndian(bytes[7..]), out var group)
            || !Offset.TryFrom(BinaryPrimitives.ReadUInt64BigEndian(bytes[11..]), out var offset)
            || !Epoch.TryFrom(epochValue, out var epoch)
            || offset.Value == 0
            || attempt == 0)
        {
            return false;
        }
        var partition = new PartitionNumber(BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]));
        handle = new LeaseHandle(partition, queue, group, offset, new Attempt(attempt), epoch);
        return true;
    }

    /// <summary>The text form; of a <c>default</c> the empty text.</summary>
    public override string ToString()
    {
        if (_offset.Value == 0)
            return "";
        Span<byte> bytes = stackalloc byte[ByteLength];
        bytes[0] = Version;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[1..], Partition.Value);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[3..], Queue.Value);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[7..], Group.Value);
        BinaryPrimitives.WriteInt64BigEndian(bytes[11..], _offset.Value);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[19..], Attempt.Value);
        bytes[23] = (byte)(Epoch.Value >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[24..], (ushort)Epoch.Value);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[CheckedLength..], Check(bytes));
        return Base64Url.EncodeToString(bytes);
    }

    private static uint Check(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes[..CheckedLength])
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
