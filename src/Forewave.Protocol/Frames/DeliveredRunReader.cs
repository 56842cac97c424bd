namespace Forewave.Protocol.Frames;

/// <summary>Reads one DeliveredRun, whose messages are its last fields. Stateless; allocates nothing.</summary>
public static class DeliveredRunReader
{
    private const uint FirstOffsetTag = 1 << 3 | ProtoTag.Varint;
    private const uint FirstPositionTag = 2 << 3 | ProtoTag.Fixed64;
    private const uint PublishTimeTag = 3 << 3 | ProtoTag.Varint;
    private const uint AttemptTag = 4 << 3 | ProtoTag.Varint;
    private const uint EpochTag = 5 << 3 | ProtoTag.Varint;
    private const uint VisibilityTimeoutTag = 6 << 3 | ProtoTag.Varint;
    private const uint ProducerNameTag = 7 << 3 | ProtoTag.Bytes;
    private const uint RedrivenTag = 8 << 3 | ProtoTag.Varint;

    /// <summary>Reads the run at <paramref name="range"/> of <paramref name="frame"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, ByteRange range, out DeliveredRunView run)
    {
        run = default;
        ulong first = 0, position = 0, publishTime = 0;
        uint attempt = 0, epoch = 0, visibilityTimeout = 0;
        bool redriven = false;
        ReadOnlySpan<byte> producer = default;
        var reader = new ProtoReader(frame, range);
        while (!reader.IsAtEnd && reader.Peek() != ProtoTag.Message)
        {
            bool read = reader.TryReadTag(out uint tag) && tag switch
            {
                FirstOffsetTag => reader.TryReadVarint(out first),
                FirstPositionTag => reader.TryReadFixed64(out position),
                PublishTimeTag => reader.TryReadVarint(out publishTime),
                AttemptTag => reader.TryReadUInt32(out attempt),
                EpochTag => reader.TryReadUInt32(out epoch),
                VisibilityTimeoutTag => reader.TryReadUInt32(out visibilityTimeout),
                ProducerNameTag => reader.TryReadBytes(out producer),
                RedrivenTag => reader.TryReadBool(out redriven),
                ProtoTag.Message => false,
                _ => reader.TrySkip(tag),
            };
            if (!read)
                return false;
        }
        var messages = new ByteRange { Start = reader.Position, Length = range.End - reader.Position };
        if (!new MessageRun(messages.Of(frame)).TryCount(out int count) || count == 0)
            return false;
        if (first == 0 || first > long.MaxValue - (ulong)count || publishTime > long.MaxValue || !Epoch.TryFrom(epoch, out var validEpoch))
            return false;
        run = new DeliveredRunView
        {
            First = new Offset((long)first),
            FirstPosition = LogPosition.FromBits(position),
            PublishTimeMilliseconds = (long)publishTime,
            Attempt = new Attempt(attempt),
            Epoch = validEpoch,
            VisibilityTimeout = TimeSpan.FromMilliseconds(visibilityTimeout),
            ProducerName = producer,
            IsRedriven = redriven,
            MessageCount = count,
            Messages = messages,
        };
        return true;
    }
}
