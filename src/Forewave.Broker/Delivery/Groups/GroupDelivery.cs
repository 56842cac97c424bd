using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Keys;
using Forewave.Broker.Delivery.Pacing;
using Forewave.Broker.Delivery.Outcomes;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Reading;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Broker.Delivery.Timing;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// One group in life: its state, its consumers, and what it reads. For the loop alone. Every change of state goes through
/// <see cref="TryRecord(in RecordDraft)"/>: appended first, then applied by the code that recovery uses.
/// </summary>
internal sealed class GroupDelivery : IHoldObserver, IDue
{
    private readonly GroupTurn _turn;
    private bool _closed;
    private bool _countedPaused;
    private bool _isSwitchedOff;
    private long _deadFreed = 1;
    private readonly List<AwaitingFrame> _awaiting = [];

    /// <summary>Makes it around a state.</summary>
    public GroupDelivery(DeliveryLoop loop, QueueDelivery queue, GroupState state)
    {
        Loop = loop;
        Queue = queue;
        State = state;
        First = new RunSource(this, queue.Id);
        Again = new RunSource(this, queue.Id);
        Dead = new RunSource(this, state.Identity.DeadIndex);
        Replayed = new RunSource(this, queue.Id);
        ReplayPace = new ReplayPace(this);
        Burials = new Burials(this);
        Attachment = new ConsumerAttachment(this);
        Limit = new UnsettledLimit(this);
        Pace = new DeliveryPace(this);
        _turn = new GroupTurn(this);
    }

    /// <summary>Its loop.</summary>
    public DeliveryLoop Loop { get; }

    /// <summary>Its queue.</summary>
    public QueueDelivery Queue { get; private set; }

    /// <summary>What the log says of it.</summary>
    public GroupState State { get; }

    /// <summary>Its consumers.</summary>
    public GroupSubscriptions Subscriptions { get; } = new();

    /// <summary>How consumers come and go.</summary>
    public ConsumerAttachment Attachment { get; }

    /// <summary>Keeps it within its delivery limit.</summary>
    public DeliveryPace Pace { get; }

    /// <summary>What it may have unsettled.</summary>
    public UnsettledLimit Limit { get; }

    /// <summary>Reads for first deliveries.</summary>
    public RunSource First { get; }

    /// <summary>Reads for redeliveries and for the bodies of dead letters.</summary>
    public RunSource Again { get; }

    /// <summary>Reads redriven dead letters.</summary>
    public RunSource Dead { get; }

    /// <summary>Reads what comes once more.</summary>
    public RunSource Replayed { get; }

    /// <summary>Keeps its replay within bounds.</summary>
    public ReplayPace ReplayPace { get; }

    /// <summary>Messages on their way to the dead letters.</summary>
    public Burials Burials { get; }

    /// <summary>Who waits for what becomes of messages in it; null: nobody.</summary>
    public GroupOutcomes? Outcomes { get; set; }

    /// <summary>Where first deliveries go on: the read offset, or further on where the filter passed messages over.</summary>
    public long ScanOffset { get; set; }

    /// <summary>Position of the record that made or changed it last; none when recovery found it.</summary>
    public LogPosition Made { get; private set; }

    /// <summary>It stands in the loop's list of turns.</summary>
    public bool WaitsForTurn { get; set; }

    /// <summary>It reads from disk and gets its next turn later, so that others are not held up.</summary>
    public bool IsResting { get; set; }

    /// <summary>It may have messages in a moment: who does not wait is not told that there are none.</summary>
    public bool MayHaveSome => WaitsForTurn || IsResting || IsReading || Parts.Any(static part => part.Replayed.IsReading);

    /// <summary>Something of it is being read from disk.</summary>
    public bool IsReading => IsReadingItself || HasBands && Parts.Any(static part => part.IsReadingItself);

    /// <summary>It catches up: what it hands out now comes from disk.</summary>
    public bool ReadsFromDisk => First.ReadsFromDisk || HasBands && Parts.Any(static part => part.First.ReadsFromDisk);

    /// <summary>Something of this part of it is being read from disk.</summary>
    public bool IsReadingItself => First.IsReading || Again.IsReading || Dead.IsReading;

    /// <summary>Hands out what it has.</summary>
    public GroupTurn Turn => _turn;

    /// <summary>The queue has messages of other priorities.</summary>
    public bool HasBands => Queue.Bands.Count > 0;

    /// <summary>The group itself, where this is its part in a band of priority.</summary>
    public GroupDelivery Main => Queue.Whole?.Find(State.Identity.Name) ?? this;

    /// <summary>The group's part in each band, the highest priority first; of a group itself, which is one of them.</summary>
    public IEnumerable<GroupDelivery> Parts
    {
        get
        {
            foreach (var band in Queue.Bands)
            {
                if (band.Band.Priority > Limits.DefaultPriority && band.Find(State.Identity.Name) is { } part)
                    yield return part;
            }
            yield return this;
            foreach (var band in Queue.Bands)
            {
                if (band.Band.Priority < Limits.DefaultPriority && band.Find(State.Identity.Name) is { } part)
                    yield return part;
            }
        }
    }

    /// <summary>The part in a band; null: there is none.</summary>
    public GroupDelivery? PartIn(PriorityBand band) =>
        band == default ? this : Queue.InBand(band)?.Find(State.Identity.Name);

    /// <summary>
    /// Makes the parts in bands that got their first message after the group was made. False: no room; it may be called again.
    /// </summary>
    public bool TryMakeParts()
    {
        foreach (var band in Queue.Bands)
        {
            if (band.Find(State.Identity.Name) is null && band.Make(State.Identity.Name, State.Options, StartPoint.Earliest, null) is null)
                return false;
        }
        return true;
    }

    /// <summary>From now on it lives: deadlines are set for what it holds.</summary>
    public void Begin()
    {
        var holds = State.Cursor.Holds;
        _isSwitchedOff = !Loop.Setting.Consumes(PriorityBand.QueueOf(Queue.Id));
        ScanOffset = State.Cursor.ReadOffset;
        holds.Observer = this;
        Subscriptions.SetSingleActive(State.Options.SingleActive);
        CountPaused(State.Options.IsPaused);
        Limit.Count();
        for (int i = 0; i < holds.Places; i++)
        {
            if (holds[i].Kind != HoldKind.None)
                HoldMade(new DueToken(i, holds[i].Generation), holds[i]);
        }
        Loop.Outcomes.Begun(this);
    }

    /// <summary>Takes it to the queue's state that was loaded after it.</summary>
    public void Move(QueueDelivery queue) => Queue = queue;

    /// <summary>Nothing is handed out: by its options, or because its queue is switched off for consumers.</summary>
    public bool IsPaused => State.Options.IsPaused || _isSwitchedOff;

    /// <summary>Its queue may have been switched off for consumers, or on again.</summary>
    public void LookAtSwitch()
    {
        _isSwitchedOff = !Loop.Setting.Consumes(PriorityBand.QueueOf(Queue.Id));
        HasDemand();
    }

    /// <summary>There may be something to hand out, or somebody to hand it to. False: nobody wants anything.</summary>
    public bool HasDemand()
    {
        if (_closed)
            return false;
        if (Queue.Whole is not null)
            return Main is var main && main != this && main.HasDemand();
        bool mayGet = Subscriptions.HungryCount > 0 && !IsPaused;
        if (!mayGet && !Burials.Any && !(HasBands && Parts.Any(static part => part.Burials.Any)))
            return false;
        Loop.WantsTurn(this);
        return true;
    }

    /// <summary>Hands out a few frames. True: there is more to do.</summary>
    public bool TakeTurn()
    {
        if (_closed)
            return false;
        bool more = _turn.Take();
        if (!more)
            Rest();
        return more;
    }

    private void Rest()
    {
        First.Rest();
        Again.Rest();
        Dead.Rest();
        Replayed.Rest();
        foreach (var band in Queue.Bands)
            band.Find(State.Identity.Name)?.Rest();
    }

    /// <summary>Appends a record of the group and applies it. False: no room, nothing happened.</summary>
    public bool TryRecord(in RecordDraft draft)
    {
        if (!Loop.TryAppend(draft))
            return false;
        Apply(draft);
        ScanOffset = Math.Max(ScanOffset, State.Cursor.ReadOffset);
        return true;
    }

    /// <summary>Appends records of the group together and applies them in order. False: no room, nothing happened.</summary>
    public bool TryRecord(ReadOnlySpan<RecordDraft> drafts)
    {
        if (!Loop.TryAppend(drafts))
            return false;
        foreach (ref readonly var draft in drafts)
            Apply(draft);
        ScanOffset = Math.Max(ScanOffset, State.Cursor.ReadOffset);
        return true;
    }

    /// <summary>A record of the group that was appended together with others is applied.</summary>
    public void Appended(in RecordDraft draft)
    {
        Apply(draft);
        ScanOffset = Math.Max(ScanOffset, State.Cursor.ReadOffset);
    }

    /// <summary>
    /// A parked key goes on: with the message that failed, which has one more attempt, or without it, which is a dead letter
    /// then. False: no room, nothing happened.
    /// </summary>
    public bool TryResume(ParkedKey parked, bool giveUp)
    {
        Loop.Payload.Clear();
        Loop.Payload.Byte(1);
        if (giveUp)
            Burials.GiveUp(parked.Offset);
        else if (!TryRecord(Draft(RecordType.Resumed, parked.Offset)))
            return false;
        Loop.Metrics.Resumed(1);
        Loop.Log.KeyResumed(State.Identity, parked.Offset);
        HasDemand();
        return true;
    }

    /// <summary>A record of the group with what stands in the loop's payload writer.</summary>
    public RecordDraft Draft(RecordType type, long sequence = 0, ICommitOwner? owner = null) => new()
    {
        Type = type,
        Count = 1,
        Queue = type == RecordType.DeadLettered ? State.Identity.DeadIndex : Queue.Id,
        Source = State.Identity.Id,
        Sequence = (ulong)sequence,
        Extra = type == RecordType.DeadLettered ? Queue.Id : 0,
        Payload = Loop.Payload.Written,
        PayloadCrc = Checksum.Of(Loop.Payload.Written.Span),
        Owner = owner,
        // A lease that is lost in a crash is a redelivery, and a read offset that stood still is moved again.
        IsLazy = type is RecordType.Leased or RecordType.CursorMoved,
    };

    private void Apply(in RecordDraft draft)
    {
        State.Apply(draft.Type, draft.Sequence, draft.Payload.Span);
        Outcomes?.Applied(this, draft.Type, draft.Payload.Span);
    }

    /// <summary>Appends what the group is from now on. False: no room, nothing happened.</summary>
    public bool TryAppendChange(bool isDeleted, GroupOptions options)
    {
        var payload = Loop.Payload;
        payload.Clear();
        new GroupChangedRecord(isDeleted, State.Identity, options).Write(payload);
        if (!Loop.TryAppend(Draft(RecordType.GroupChanged, State.Cursor.ReadOffset)))
            return false;
        var before = State.Options;
        State.Options = options;
        Made = Loop.LastAppended;
        if (!isDeleted)
            OptionsChanged(before);
        return true;
    }

    private void OptionsChanged(GroupOptions before)
    {
        if (before.Limit != State.Options.Limit)
            Pace.Changed(before.Limit);
        Subscriptions.SetSingleActive(State.Options.SingleActive);
        Attachment.NoteActive();
        CountPaused(State.Options.IsPaused);
        HasDemand();
    }

    private void CountPaused(bool isPaused)
    {
        if (isPaused == _countedPaused || Queue.Whole is not null)
            return;
        _countedPaused = isPaused;
        Loop.Metrics.PausedByCommand(isPaused);
    }

    /// <summary>The group was reset by a record that is appended: what it reads and buries it forgets.</summary>
    public void BeginAnew(in RecordDraft reset)
    {
        Burials.Drop();
        State.Apply(reset.Type, reset.Sequence, reset.Payload.Span);
        ScanOffset = State.Cursor.ReadOffset;
        First.Drop();
        Again.Drop();
        Dead.Drop();
        Replayed.Drop();
        Outcomes?.Changed(this, new OffsetSpan { First = 0, End = ScanOffset });
        HasDemand();
    }

    /// <summary>The queue was purged up to an offset.</summary>
    public void Purged(long lowest)
    {
        State.Purged(lowest);
        ScanOffset = Math.Max(ScanOffset, State.Cursor.ReadOffset);
        Outcomes?.Changed(this, new OffsetSpan { First = 0, End = lowest }, MessageState.Expired);
    }

    /// <summary>Retention passed an offset. False: no room for a record, nothing happened.</summary>
    public bool TryExpire(long firstRetained)
    {
        long missed = Math.Max(0, firstRetained - ScanOffset) + State.Cursor.CountBefore(firstRetained, State.Dead.IsRedriven);
        if (missed == 0 && State.Cursor.ReadOffset >= firstRetained)
            return true;
        var payload = Loop.Payload;
        payload.Clear();
        new CursorMovedRecord(MoveReason.Expired) { Missed = missed, Lowest = firstRetained }.Write(payload);
        if (!TryRecord(Draft(RecordType.CursorMoved, Math.Max(firstRetained, State.Cursor.ReadOffset))))
            return false;
        if (missed > 0)
        {
            Loop.Metrics.Missed(missed, MoveReason.Expired);
            Loop.Log.Missed(State.Identity, missed, "past retention", firstRetained);
        }
        return true;
    }

    /// <summary>Frees dead letters that are gone at the front of the index.</summary>
    public void FreeDead()
    {
        if (State.Dead.First > _deadFreed)
            Loop.Store.Expire(State.Identity.DeadIndex, new Offset(_deadFreed = State.Dead.First));
    }

    /// <summary>Gives a committed dead letter its place.</summary>
    public void DispatchDead(in CommittedRecord record)
    {
        if (record.Header.Position <= State.Dispatched)
            return;
        long offset = (long)record.Header.Sequence;
        Loop.Store.Dispatch(State.Identity.DeadIndex, new Offset(State.Dead.Add(offset)), record);
        Outcomes?.Changed(this, OffsetSpan.Of(offset, 1));
    }

    /// <summary>The partition stopped: pulls and settles that wait are refused.</summary>
    public void Refuse(ErrorCode code)
    {
        Burials.Refuse(code);
        foreach (var subscription in Subscriptions.All)
            subscription.RefuseReceives(code);
    }

    /// <summary>It is deleted: its consumers hear so, its memory and its dead letters are given back.</summary>
    public void Close(ErrorCode why)
    {
        // Of a former group the parts are found by records of their own: under the name stand its successor's.
        foreach (var band in Queue.HasName(this) ? Queue.Bands : [])
            band.Find(State.Identity.Name)?.Close(why);
        _closed = true;
        foreach (var subscription in Subscriptions.All.ToArray())
        {
            Attachment.Detach(subscription);
            subscription.End();
            SubscriptionFrames.WriteEnded(subscription, why);
        }
        State.Cursor.Holds.Observer = null;
        First.Drop();
        Again.Drop();
        Dead.Drop();
        Replayed.Drop();
        Burials.Drop();
        Limit.Close();
        CountPaused(false);
        Queue.Remove(this);
        Loop.Store.Expire(State.Identity.DeadIndex, new Offset(State.Dead.End).Next);
    }

    /// <inheritdoc/>
    public void HoldMade(DueToken token, in Hold hold)
    {
        TimeSpan length = hold.Kind == HoldKind.Lease
            ? TimeSpan.FromMilliseconds(hold.VisibilityMilliseconds)
            : TimeSpan.FromMilliseconds(hold.EndTime - Loop.Now);
        Loop.Deadlines.Add(this, token, Loop.Deadlines.In(length));
    }

    /// <inheritdoc/>
    public bool IsPending(DueToken token) => !_closed && State.Cursor.Holds.IsPending(token);

    /// <inheritdoc/>
    public void Due(DueToken token, DeliveryLoop loop)
    {
        ref var hold = ref State.Cursor.Holds[token.Index];
        bool lease = hold.Kind == HoldKind.Lease;
        if (lease && IsAwaited(hold))
        {
            hold.EndTime = Loop.Now + hold.VisibilityMilliseconds;
            HoldMade(token, hold);
            return;
        }
        int before = State.Cursor.Ready;
        State.Cursor.Expire(token, State.Options.Failure, Burials.Expired);
        if (lease)
            Loop.Metrics.Expired(State.Cursor.Ready - before);
        HasDemand();
    }

    /// <summary>
    /// A frame of leases waits for its record: none of them ends before it leaves. Nobody had the messages, and one with a single
    /// attempt would die of a slow disk.
    /// </summary>
    public void Awaits(AwaitingFrame frame) => _awaiting.Add(frame);

    /// <summary>The frame leaves, or never will.</summary>
    public void AwaitsNoMore(AwaitingFrame frame) => _awaiting.Remove(frame);

    private bool IsAwaited(Hold hold) => _awaiting.Exists(frame => frame.Leases(OffsetSpan.Of(hold.First, hold.Count)));
}
