using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>What one group did with one message.</summary>
internal sealed class GroupMessage
{
    public List<HistoryEvent> Deliveries { get; } = [];

    public List<HistoryEvent> Settles { get; } = [];

    /// <summary>The answer that settled it for good, with the settle that it answers; null: not so far, or redriven since.</summary>
    public HistoryEvent? Acked { get; private set; }

    /// <summary>The answer that made it a dead letter; null: not so far, or redriven since.</summary>
    public HistoryEvent? Buried { get; private set; }

    /// <summary>The answer that parked it with its key; null: not so far, or resumed since.</summary>
    public HistoryEvent? Parked { get; private set; }

    /// <summary>Its key was parked by it, and somebody may have given it up.</summary>
    public bool MayBeGivenUp { get; private set; }

    /// <summary>Answered nacks after which it had to come again.</summary>
    public List<HistoryEvent> Nacked { get; } = [];

    public HistoryEvent? Listed { get; set; }

    public bool WasRedriven { get; private set; }

    /// <summary>Number of the last redrive's event; 0: none.</summary>
    public int RedrivenAt { get; private set; }

    /// <summary>The last redrive is known to be done.</summary>
    public bool IsRedriveAnswered { get; set; }

    /// <summary>Somebody wanted its dead letter purged, and nobody knows that it is there again.</summary>
    public bool MayBeDeadPurged { get; private set; }

    /// <summary>The answer that purged its dead letter; null: not so far, or maybe taken back.</summary>
    public HistoryEvent? DeadPurged { get; private set; }

    /// <summary>The answer that made it a dead letter again; null: not so far, or redriven or purged since.</summary>
    public HistoryEvent? TakenBack { get; private set; }

    /// <summary>An ack whose outcome nobody knows.</summary>
    public bool MayBeAcked => Settles.Exists(settle => settle.Verb is SettleVerb.Ack or SettleVerb.AckUpTo && !_answered.Contains(settle.Number));

    /// <summary>It was settled before a reset or a replay that covers it.</summary>
    public bool WasSettledBefore { get; private set; }

    /// <summary>Number of the event of the reset or replay by which it has to come again; 0: of none.</summary>
    public int ComesAgainSince { get; set; }

    private readonly HashSet<int> _answered = [];
    private bool _mayBeReplayed;
    private int _mayComeRedriven;
    private int _rewoundAt;
    private int _passedOverAt;
    private int _resumedAt;

    /// <summary>Takes the answer to a settle. What is left open by it stays unknown.</summary>
    public void Answer(HistoryEvent answer, HistoryEvent settle, GroupHistory group, bool isKeyed)
    {
        if (answer.Error is ErrorCode.PartitionStopped or ErrorCode.StoreUnavailable or ErrorCode.ShuttingDown)
            return;
        _answered.Add(settle.Number);
        if (answer.Error != ErrorCode.None || !IsOfPresentRun(settle))
            return;
        // It may have come again before this answer was read.
        if (settle.Number < _rewoundAt)
        {
            WasSettledBefore |= settle.Verb is SettleVerb.Ack or SettleVerb.AckUpTo;
            return;
        }
        var done = answer with { Attempt = settle.Attempt, Reason = settle.Reason, Verb = settle.Verb };
        if (settle.Verb == SettleVerb.Ack || (settle.Verb == SettleVerb.AckUpTo && IsSurelyLeased(answer)))
            Acked = done;
        // A reset that crosses it may have settled it before: then there is nothing left to give up.
        else if (settle.Number < _passedOverAt)
            return;
        else if (Gives(settle, group, isKeyed) && group.Parks(isKeyed))
            // A command that crosses it may have let the key go on already.
            Parked = settle.Number < _resumedAt ? null : done;
        else if (Gives(settle, group, isKeyed) && !MayGetOneMore(settle, group, isKeyed))
            Buried = done;
        if (settle.Verb == SettleVerb.Nack)
            Nacked.Add(done);
    }

    /// <summary>Whether a settle is the end of its message, or of its key's going on.</summary>
    public static bool Gives(HistoryEvent settle, GroupHistory group, bool isKeyed) =>
        settle.Verb == SettleVerb.Reject || (settle.Verb == SettleVerb.Nack && settle.Attempt >= group.LastAttempt(isKeyed));

    /// <summary>Where what fails is skipped, a nack by a lease that a crash took before it was on disk gives one more attempt.</summary>
    private bool MayGetOneMore(HistoryEvent settle, GroupHistory group, bool isKeyed) =>
        settle.Verb == SettleVerb.Nack && settle.Attempt < group.MaxAttempts && group.LastAttempt(isKeyed) < group.MaxAttempts
        && Deliveries.Exists(delivery => delivery.Attempt == settle.Attempt && delivery.Epoch == settle.Epoch && delivery.Life < settle.Life);

    /// <summary>Its key may go on from now on.</summary>
    public void Resume(HistoryEvent sent)
    {
        (Parked, _resumedAt) = (null, sent.Number);
        MayBeGivenUp |= sent.Verb == SettleVerb.Reject;
    }

    /// <summary>An ack up to an offset covers what is leased still; leases last 30 s where the reader was at most one move late.</summary>
    private bool IsSurelyLeased(HistoryEvent answer) =>
        Deliveries.Count > 0 && Deliveries[^1].Life == answer.Life && answer.Time - Deliveries[^1].Time < TimeSpan.FromSeconds(14);

    /// <summary>
    /// A settle by the handle of a lease from before the last redrive says nothing: that message died, a late ack of it is taken
    /// and changes nothing.
    /// </summary>
    private bool IsOfPresentRun(HistoryEvent settle) => RedrivenAt == 0 || Deliveries.Exists(delivery =>
        delivery.Number > RedrivenAt && delivery.Number < settle.Number && delivery.Attempt == settle.Attempt && delivery.Epoch == settle.Epoch);

    /// <summary>It may be available again from now on.</summary>
    public void Redrive(HistoryEvent sent)
    {
        RedrivenAt = sent.Number;
        IsRedriveAnswered = false;
        WasRedriven = true;
        _mayComeRedriven++;
        TakenBack = null;
        DeadPurged = null;
        MayBeDeadPurged = false;
        Acked = null;
        Buried = null;
        Parked = null;
        Nacked.Clear();
    }

    /// <summary>
    /// Whether it comes by a replay that was asked for before it was settled: what is settled when the replay comes to it comes again,
    /// once.
    /// </summary>
    /// <param name="delivery">How it came.</param>
    /// <param name="mayCross">It may also be a frame of before: then it may come once more.</param>
    public bool TakeReplay(HistoryEvent delivery, bool mayCross)
    {
        if (!_mayBeReplayed || delivery.Attempt != 1)
            return false;
        _mayBeReplayed = mayCross;
        Nacked.Clear();
        (WasSettledBefore, Acked, RedrivenAt) = (true, null, delivery.Number - 1);
        return true;
    }

    /// <summary>It may come again from now on by a reset or a replay, with any attempt; what is known to be settled is a new run then.</summary>
    /// <param name="sent">The command.</param>
    /// <param name="andDead">Also where it is a dead letter, or set aside.</param>
    public void Rewind(HistoryEvent sent, bool andDead)
    {
        WasRedriven = true;
        Nacked.Clear();
        if (andDead)
            (Buried, Parked) = (null, null);
        _mayBeReplayed = !andDead && Acked is null;
        _rewoundAt = sent.Number;
        if (Acked is null)
            return;
        WasSettledBefore = true;
        Acked = null;
        RedrivenAt = sent.Number;
        IsRedriveAnswered = false;
    }

    /// <summary>A reset went on behind it: it is settled, and its key is not set aside by it any more.</summary>
    public void PassOver(HistoryEvent sent) => (Parked, _passedOverAt) = (null, sent.Number);

    /// <summary>
    /// It comes from its dead letter, once for each redrive: a reset may have let it die once more, and come beside that. What was said then
    /// is of another run.
    /// </summary>
    public void ComeRedriven(HistoryEvent delivery)
    {
        if (_mayComeRedriven == 0)
            return;
        _mayComeRedriven--;
        WasSettledBefore |= Acked is not null;
        (Acked, Buried, RedrivenAt) = (null, null, delivery.Number - 1);
        Nacked.Clear();
    }

    /// <summary>Its dead letter may be gone from now on.</summary>
    public void PurgeDead()
    {
        MayBeDeadPurged = true;
        TakenBack = null;
    }

    /// <summary>Its dead letter is gone.</summary>
    public void DeadIsPurged(HistoryEvent answer) => DeadPurged = answer;

    /// <summary>It comes although its dead letter is gone: a reset lets it, and it may die anew.</summary>
    public void ComePurged() => DeadPurged = null;

    /// <summary>It may be a dead letter again from now on, whatever was done to that.</summary>
    public void Undo()
    {
        IsRedriveAnswered = false;
        DeadPurged = null;
    }

    /// <summary>It is a dead letter again.</summary>
    public void IsTakenBack(HistoryEvent answer)
    {
        TakenBack = answer;
        MayBeDeadPurged = false;
        _mayComeRedriven = 0;
    }
}
