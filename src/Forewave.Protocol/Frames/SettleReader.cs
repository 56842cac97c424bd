using System.Text.Unicode;

namespace Forewave.Protocol.Frames;

/// <summary>Walks the runs of a Settle. Allocates nothing; the frame's owner keeps it.</summary>
public ref struct SettleReader
{
    private const uint RunTag = 1 << 3 | ProtoTag.Bytes;
    private const uint QueueTag = 1 << 3 | ProtoTag.Varint;
    private const uint GroupTag = 2 << 3 | ProtoTag.Varint;
    private const uint FirstTag = 3 << 3 | ProtoTag.Varint;
    private const uint CountTag = 4 << 3 | ProtoTag.Varint;
    private const uint AttemptTag = 5 << 3 | ProtoTag.Varint;
    private const uint EpochTag = 6 << 3 | ProtoTag.Varint;
    private const uint VerbTag = 7 << 3 | ProtoTag.Varint;
    private const uint DelayTag = 8 << 3 | ProtoTag.Varint;
    private const uint ReasonTag = 9 << 3 | ProtoTag.Bytes;
    private static readonly ulong MaxDelayMilliseconds = (ulong)Limits.MaxDelay.TotalMilliseconds;
    private ProtoReader _reader;
    private int _runCount;

    /// <param name="frame">The whole frame.</param>
    /// <param name="payload">Where the Settle stands in it.</param>
    public SettleReader(ReadOnlySpan<byte> frame, ByteRange payload) => _reader = new ProtoReader(frame, payload);

    /// <summary>What ended the walk early; none while it goes on and when it came to its end.</summary>
    public FrameProblem Problem { get; private set; }

    /// <summary>Reads the next run, whose own problem is to be looked at. False at the end, and when the walk has one.</summary>
    public bool MoveNext(out SettleRunView run)
    {
        run = default;
        while (!_reader.IsAtEnd)
        {
            if (_reader.TryReadTag(out uint tag))
            {
                if (tag != RunTag && _reader.TrySkip(tag))
                    continue;
                if (tag == RunTag && _reader.TryReadBytes(out var encoded) && TryReadRun(encoded, out run))
                {
                    if (++_runCount <= Limits.BatchesPerFrame)
                        return true;
                    Problem = new FrameProblem(ErrorCode.TooManyMessages, "a Settle has more than 10,000 runs");
                    return false;
                }
            }
            Problem = FrameProblem.Broken("the frame's Settle is broken");
            return false;
        }
        return false;
    }

    private static bool TryReadRun(ReadOnlySpan<byte> encoded, out SettleRunView run)
    {
        run = default;
        uint queue = 0, group = 0, count = 0, attempt = 0, epoch = 0;
        ulong first = 0, verb = 0, delay = 0;
        ReadOnlySpan<byte> reason = default;
        var reader = new ProtoReader(encoded);
        while (!reader.IsAtEnd)
        {
            bool read = reader.TryReadTag(out uint tag) && tag switch
            {
                QueueTag => reader.TryReadUInt32(out queue),
                GroupTag => reader.TryReadUInt32(out group),
                FirstTag => reader.TryReadVarint(out first),
                CountTag => reader.TryReadUInt32(out count),
                AttemptTag => reader.TryReadUInt32(out attempt),
                EpochTag => reader.TryReadUInt32(out epoch),
                VerbTag => reader.TryReadVarint(out verb),
                DelayTag => reader.TryReadVarint(out delay),
                ReasonTag => reader.TryReadBytes(out reason),
                _ => reader.TrySkip(tag),
            };
            if (!read)
                return false;
        }
        bool upTo = verb == (ulong)SettleVerb.AckUpTo;
        if (!QueueId.TryFrom(queue, out var queueId) || !GroupId.TryFrom(group, out var groupId))
            return Refuse("a SettleRun names no queue_id or group_id", out run);
        if (!Epoch.TryFrom(epoch, out var validEpoch))
            return Refuse("the epoch of a SettleRun has more than 20 bits", out run);
        if (verb is 0 or > (ulong)SettleVerb.AckUpTo)
            return Refuse("a SettleRun has no verb, or one that is not known", out run);
        if (first == 0 || first > long.MaxValue - (ulong)count || (!upTo && (count == 0 || attempt == 0)))
            return Refuse("a SettleRun names no first_offset, count or attempt", out run);
        if (delay > MaxDelayMilliseconds)
            return Refuse("the delay of a SettleRun is longer than 10 years", out run);
        if (reason.Length > Limits.ReasonBytes || !Utf8.IsValid(reason))
            return Refuse("the reason of a SettleRun is not UTF-8 of at most 255 bytes", out run);
        run = new SettleRunView
        {
            Queue = queueId,
            Group = groupId,
            First = new Offset((long)first),
            Count = upTo ? 0 : count,
            Attempt = new Attempt(upTo ? 0 : attempt),
            Epoch = validEpoch,
            Verb = (SettleVerb)verb,
            Delay = TimeSpan.FromMilliseconds((long)delay),
            Reason = reason,
        };
        return true;
    }

    private static bool Refuse(string text, out SettleRunView run)
    {
        run = new SettleRunView { Problem = FrameProblem.Field(text) };
        return true;
    }
}
