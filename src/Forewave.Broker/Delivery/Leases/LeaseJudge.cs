using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Leases;

/// <summary>
/// The rules of leases: which messages of a run a handle may still settle. An ack after expiry succeeds as long as no newer
/// attempt was handed out; a repeated ack succeeds; a handle of an earlier epoch that the broker does not know is taken while
/// its message is unsettled and nobody else has it. Whole blocks of a good run are judged at once. For the loop alone.
/// </summary>
internal sealed class LeaseJudge
{
    private readonly List<RecordRun> _good = [];
    private readonly List<RecordRun> _adopted = [];
    private readonly List<RefusedRange> _refused = [];
    private Cursor _cursor = null!;
    private DeadLetterIndex _dead = null!;
    private long _queueEnd;
    private uint _epoch;
    private uint _restoredAt;

    /// <summary>What may be done, in order, adjoining runs in one.</summary>
    public List<RecordRun> Good => _good;

    /// <summary>What of it has to be leased first.</summary>
    public List<RecordRun> Adopted => _adopted;

    /// <summary>What must not be done.</summary>
    public List<RefusedRange> Refused => _refused;

    /// <summary>Begins a batch of runs of one group.</summary>
    /// <param name="cursor">The group's.</param>
    /// <param name="dead">Its dead letters.</param>
    /// <param name="queueEnd">Offset after the queue's last.</param>
    /// <param name="epoch">The present one.</param>
    /// <param name="restoredAt">
    /// Up to this one epochs gave handles to messages of a history that a restore has cut off: their offsets may be other messages' now.
    /// </param>
    public void Begin(Cursor cursor, DeadLetterIndex dead, long queueEnd, Epoch epoch, Epoch restoredAt = default)
    {
        _good.Clear();
        _adopted.Clear();
        _refused.Clear();
        _cursor = cursor;
        _dead = dead;
        _queueEnd = queueEnd;
        _epoch = epoch.Value;
        _restoredAt = restoredAt.Value;
    }

    /// <summary>Judges one run.</summary>
    public void Judge(in SettleItem item)
    {
        foreach (var part in OffsetSpan.Of(item.First.Value, item.Count))
        {
            var block = _cursor.Blocks.Find(part.Number);
            if (block is not null && IsWhollyGood(block, part, item))
                Append(_good, part.FirstOffset, part.Count, item.Attempt.Value);
            else if (!IsLongSettled(block, part, item))
                JudgeEach(block, part, item);
        }
    }

    /// <summary>
    /// Takes what has an ordering key out of <see cref="Good"/>, into a list. For a group that gives such messages one attempt.
    /// </summary>
    public void TakeKeyed(List<RecordRun> keyed)
    {
        keyed.Clear();
        if (_cursor.Keys.Lines.Count == 0)
            return;
        var good = _good.ToArray();
        _good.Clear();
        foreach (var run in good)
        {
            for (long offset = run.First; offset < run.End; offset++)
                Append(_cursor.IsKeyed(offset) ? keyed : _good, offset, 1, run.Attempt);
        }
    }

    /// <summary>A repeated ack of a whole part: there is nothing to do, and nothing to refuse.</summary>
    private bool IsLongSettled(CursorBlock? block, in BlockPart part, in SettleItem item) =>
        block is null && item.Verb == SettleVerb.Ack && part.FirstOffset + part.Count <= _cursor.ReadOffset;

    private bool IsWhollyGood(CursorBlock block, in BlockPart part, in SettleItem item)
    {
        ulong mask = part.Mask;
        if (IsOfAnotherHistory(item) || (block.Leased & ~block.Dying & mask) != mask)
            return false;
        if (block.AttemptsOf.Slice(part.From, part.Count).ContainsAnyExcept((ushort)item.Attempt.Value))
            return false;
        for (ulong rest = mask; rest != 0;)
        {
            var same = block.SameHold(part.Number, rest);
            rest &= ~same.Mask;
            if (!IsOfEpoch(_cursor.Holds[block.HoldsOf[same.From]], item))
                return false;
        }
        return true;
    }

    private bool IsOfEpoch(in Hold hold, in SettleItem item) =>
        hold.Epoch == item.Epoch.Value || hold.Epoch == 0 && item.Epoch.Value < _epoch;

    private void JudgeEach(CursorBlock? block, in BlockPart part, in SettleItem item)
    {
        for (int place = part.From; place < part.From + part.Count; place++)
        {
            long offset = (part.Number << CursorBlock.Shift) + place;
            switch (Judge(block, place, offset, item))
            {
                case Verdict.Do:
                    Append(_good, offset, 1, item.Attempt.Value);
                    break;
                case Verdict.Adopt:
                    Append(_adopted, offset, 1, item.Attempt.Value);
                    Append(_good, offset, 1, item.Attempt.Value);
                    break;
                case Verdict.Lost:
                    Refuse(item, offset, ErrorCode.LeaseLost);
                    break;
                case Verdict.Invalid:
                    Refuse(item, offset, ErrorCode.HandleInvalid);
                    break;
                default:
                    break;
            }
        }
    }

    private Verdict Judge(CursorBlock? block, int place, long offset, in SettleItem item)
    {
        ulong bit = 1UL << place;
        if (block is null || (block.Unsettled & bit) == 0)
        {
            bool settled = offset < _cursor.ReadOffset || block is not null && (block.Ahead & bit) != 0;
            return settled ? Settled(item.Verb) : Unknown(offset, item);
        }
        if (item.Epoch.Value < _cursor.Recalled.Epoch || IsOfAnotherHistory(item))
            return Verdict.Lost;
        uint attempt = block.AttemptsOf[place];
        bool isHeld = (block.Held & bit) != 0;
        if ((isHeld || item.Attempt.Value > attempt) && OfEarlierRun(offset, isHeld, item) is { } late)
            return late;
        if (item.Attempt.Value != attempt)
            return item.Attempt.Value < attempt ? Verdict.Lost : Unknown(offset, item);
        bool isLeased = (block.Leased & bit) != 0;
        if (isLeased && !IsOfEpoch(_cursor.Holds[block.HoldsOf[place]], item))
            return Verdict.Lost;
        if ((block.Dying & bit) != 0)
            return Dying(item.Verb, isGivenUp: (block.GivenUp & bit) != 0);
        if (isLeased)
            return Verdict.Do;
        bool isWaiting = (block.Waiting & bit) != 0;
        return item.Verb switch
        {
            SettleVerb.Ack or SettleVerb.Reject => Verdict.Do,
            // The lease was not recorded, and the message stands in its key as if nobody had got it: its attempt would not count.
            SettleVerb.Nack when !isWaiting && item.Epoch.Value < _epoch => Verdict.Lost,
            SettleVerb.Nack or SettleVerb.Release => Verdict.Done,
            _ => Verdict.Lost,
        };
    }

    // Restored from a backup: the message under this offset need not be the one that the handle was given for.
    private bool IsOfAnotherHistory(in SettleItem item) => item.Epoch.Value <= _restoredAt && _restoredAt != 0;

    private static Verdict Settled(SettleVerb verb) => verb == SettleVerb.Ack ? Verdict.Done : Verdict.Lost;

    /// <summary>A late ack saves what only its lease's end is about to bury; what was given up is settled already.</summary>
    private static Verdict Dying(SettleVerb verb, bool isGivenUp) => verb switch
    {
        SettleVerb.Ack when !isGivenUp => Verdict.Do,
        SettleVerb.Extend => Verdict.Lost,
        _ => Verdict.Done,
    };

    /// <summary>
    /// What a handle comes to that the message had before it died and was redriven, or before it was settled and replayed, and counts its
    /// attempts anew. Null: it may be of the present run. Each lease of a redriven message is durable before it leaves: one that nobody
    /// knows was given before, and taken for one of the present run it would settle what nobody has got. One of an earlier epoch is
    /// refused, since its ack settles nothing; in the same epoch a repeated ack is answered as before.
    /// </summary>
    private Verdict? OfEarlierRun(long offset, bool isHeld, in SettleItem item)
    {
        if (!_dead.IsRedriven(offset))
            return isHeld ? Verdict.Lost : null;
        return item.Epoch.Value < _epoch ? Verdict.Lost : Settled(item.Verb);
    }

    /// <summary>Nothing is known of such a lease: an earlier epoch may have given it and lost its record.</summary>
    private Verdict Unknown(long offset, in SettleItem item)
    {
        if (IsOfAnotherHistory(item) || item.Epoch.Value < _cursor.Recalled.Epoch || _cursor.Recalled.IsOver(offset, item.Attempt.Value))
            return Verdict.Lost;
        if (item.Epoch.Value >= _epoch || offset >= _queueEnd || item.Attempt.Value is 0 or > GroupLimits.MaxAttempts)
            return Verdict.Invalid;
        return item.Verb == SettleVerb.Release ? Verdict.Done : Verdict.Adopt;
    }

    private void Refuse(in SettleItem item, long offset, ErrorCode code)
    {
        if (_refused.Count > 0 && _refused[^1] is var last && last.Item == item && last.End == offset && last.Code == code)
            _refused[^1] = last with { Count = last.Count + 1 };
        else
            _refused.Add(new RefusedRange(item, offset, 1, code));
    }

    private static void Append(List<RecordRun> runs, long first, int count, uint attempt)
    {
        if (runs.Count > 0 && runs[^1] is var last && last.End == first && last.Attempt == attempt)
            runs[^1] = last with { Count = last.Count + count };
        else
            runs.Add(new RecordRun(first, count, attempt));
    }
}
