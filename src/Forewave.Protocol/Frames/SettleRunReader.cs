using System.Text.Unicode;

namespace Forewave.Protocol.Frames;

/// <summary>Reads and checks one SettleRun. Stateless; allocates nothing.</summary>
internal ref struct SettleRunReader
{
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
    private static readonly ulong MaxLeaseMilliseconds = (ulong)Limits.MaxVisibilityTimeout.TotalMilliseconds;
    private uint _queue;
    private uint _group;
    private ulong _first;
    private uint _count;
    private uint _attempt;
    private uint _epoch;
    private ulong _verb;
    private ulong _delay;
    private ReadOnlySpan<byte> _reason;

    /// <summary>False when the bytes are broken; a value that is not allowed is the run's own problem.</summary>
    public static bool TryRead(ReadOnlySpan<byte> encoded, out SettleRunView run)
    {
        var fields = new SettleRunReader();
        run = default;
        if (!fields.TryReadFields(new ProtoReader(encoded)))
            return false;
        run = fields.Check() is { } refusal ? new SettleRunView { Problem = FrameProblem.Field(refusal) } : fields.View();
        return true;
    }

    private bool TryReadFields(ProtoReader reader)
    {
        while (!reader.IsAtEnd)
        {
            bool read = reader.TryReadTag(out uint tag) && tag switch
            {
                QueueTag => reader.TryReadUInt32(out _queue),
                GroupTag => reader.TryReadUInt32(out _group),
                FirstTag => reader.TryReadVarint(out _first),
                CountTag => reader.TryReadUInt32(out _count),
                AttemptTag => reader.TryReadUInt32(out _attempt),
                EpochTag => reader.TryReadUInt32(out _epoch),
                VerbTag => reader.TryReadVarint(out _verb),
                DelayTag => reader.TryReadVarint(out _delay),
                ReasonTag => reader.TryReadBytes(out _reason),
                _ => reader.TrySkip(tag),
            };
            if (!read)
                return false;
        }
        return true;
    }

    private readonly string? Check()
    {
        if (_queue == 0 || _group == 0)
            return "a SettleRun names no queue_id or group_id";
        if (!Epoch.TryFrom(_epoch, out _))
            return "the epoch of a SettleRun has more than 20 bits";
        if (_verb is 0 or > (ulong)SettleVerb.AckUpTo)
            return "a SettleRun has no verb, or one that is not known";
        if (_first == 0 || _first > long.MaxValue - (ulong)_count)
            return "a SettleRun names no first_offset, or goes beyond the last one";
        if (!IsUpTo && (_count == 0 || _attempt == 0))
            return "a SettleRun names no count or attempt";
        if (_verb == (ulong)SettleVerb.Extend && (_delay == 0 || _delay > MaxLeaseMilliseconds))
            return "the delay of a SettleRun that extends is not 1 ms to 12 h";
        if (_delay > MaxDelayMilliseconds)
            return "the delay of a SettleRun is longer than 10 years";
        if (_reason.Length > Limits.ReasonBytes || !Utf8.IsValid(_reason))
            return "the reason of a SettleRun is not UTF-8 of at most 255 bytes";
        return null;
    }

    private readonly bool IsUpTo => _verb == (ulong)SettleVerb.AckUpTo;

    private readonly SettleRunView View() => new()
    {
        Queue = new QueueId(_queue),
        Group = new GroupId(_group),
        First = new Offset((long)_first),
        Count = IsUpTo ? 0 : _count,
        Attempt = new Attempt(IsUpTo ? 0 : _attempt),
        Epoch = new Epoch(_epoch),
        Verb = (SettleVerb)_verb,
        Delay = TimeSpan.FromMilliseconds((long)_delay),
        Reason = _reason,
    };
}
