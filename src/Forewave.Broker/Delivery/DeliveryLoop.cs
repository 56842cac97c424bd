using System.Diagnostics.CodeAnalysis;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Broker.Delivery.Timing;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery;

/// <summary>
/// One of N loops: owns the delivery state of its queues and does everything with it, one thing at a time, on a ready thread or
/// for a short turn on the thread that commits.
/// It never blocks and never waits: it takes what came in (committed records first, then commands), meets deadlines, gives each
/// group that has work a turn, flushes, and sleeps when nothing is left. <see cref="Post"/>, <see cref="Committed"/>,
/// <see cref="Ring"/> and <see cref="Drained"/> are for any thread; the rest is for what runs on the loop, and for recovery
/// before the loop is started.
/// A thrown exception is a bug: the loop ends, <see cref="Failure"/> is set and the partition has to stop. There is nothing to
/// cancel inside of a turn.
/// </summary>
internal sealed class DeliveryLoop : IThreadPoolWorkItem, IDrainObserver, IDisposable
{
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMilliseconds(4);

    // Of the thread that commits, which others wait for.
    private static readonly TimeSpan LongestTurnAtCommit = TimeSpan.FromMicroseconds(50);
    private const int MostRecordsAtCommit = 16;
    private static readonly TimeSpan RetryWhenFull = TimeSpan.FromMilliseconds(100);

    private readonly Mailbox _mailbox;
    private readonly Action<Exception> _failed;
    private readonly GroupTurns _turns = new();
    private readonly Queue<IDeliveryCommand> _backlog = new();
    private readonly List<Subscription> _unflushed = [];
    private List<IDeliveryCommand> _commands = [];
    private List<CommittedRecord> _committed = [];
    private Task _room = Task.CompletedTask;
    private volatile bool _hasRoom = true;
    private volatile bool _started;
    private long _handsOutUntil = long.MaxValue;
    private ErrorCode? _refusesAll;
    private bool _isAtCommit;

    /// <summary>Makes a loop that sleeps.</summary>
    public DeliveryLoop(int number, DeliverySetting setting, DeliveryMetrics metrics, Action<Exception> failed)
    {
        Number = number;
        Setting = setting;
        Metrics = metrics;
        _failed = failed;
        _mailbox = new Mailbox(setting.MailboxCapacity);
        Deadlines = new Deadlines(setting.Time, Ring);
        Log = new DeliveryLog(setting.Loggers, setting.Time);
        Jitter = setting.Seed is { } seed ? new Random(seed + number) : new Random();
        CatchUp = new CatchUpPace(this);
        ColdReads = new Reading.ColdReadBudget(setting.ColdReadBytes);
        ReplayShare = new Pacing.ReplayShare(setting);
        Queues = new LoopQueues(this);
        Outcomes = new Outcomes.LoopOutcomes(this);
        Tracing = new Outcomes.Tracing(this);
        Frame = new DeliveryFrame();
        Settlement = new Leases.Settlement(this);
    }

    /// <summary>Which of the loops.</summary>
    public int Number { get; }

    /// <summary>What it works with.</summary>
    public DeliverySetting Setting { get; }

    /// <summary>The log and the queue index.</summary>
    public IStore Store => Setting.Store;

    /// <summary>Counts what it does.</summary>
    public DeliveryMetrics Metrics { get; }

    /// <summary>Says what it does.</summary>
    public DeliveryLog Log { get; }

    /// <summary>All deadlines of its groups.</summary>
    public Deadlines Deadlines { get; }

    /// <summary>For back-offs.</summary>
    public Random Jitter { get; }

    /// <summary>How fast groups that read from disk may be.</summary>
    public CatchUpPace CatchUp { get; }

    /// <summary>Memory for what its groups read from disk.</summary>
    public Reading.ColdReadBudget ColdReads { get; }

    /// <summary>What its replays may read.</summary>
    public Pacing.ReplayShare ReplayShare { get; }

    /// <summary>Its queues and groups.</summary>
    public LoopQueues Queues { get; }

    /// <summary>Who waits for what becomes of messages.</summary>
    public Outcomes.LoopOutcomes Outcomes { get; }

    /// <summary>Keeps what is done with messages of queues that ask for it.</summary>
    public Outcomes.Tracing Tracing { get; }

    /// <summary>The frame that is being made.</summary>
    public DeliveryFrame Frame { get; }

    /// <summary>Settles leases.</summary>
    public Leases.Settlement Settlement { get; }

    /// <summary>For payloads of records, one at a time.</summary>
    public RecordWriter Payload { get; } = new();

    /// <summary>For the payload of a record that joins one.</summary>
    public RecordWriter Notes { get; } = new();

    /// <summary>Everything published up to here is dispatched.</summary>
    public LogPosition Dispatched { get; private set; }

    /// <summary>Position of the last record that the loop appended.</summary>
    public LogPosition LastAppended { get; private set; }

    /// <summary>Why it ended; null while it works.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>It lives: recovery is over.</summary>
    public bool IsStarted => _started;

    /// <summary>The store took the last record that was offered.</summary>
    public bool HasStoreRoom => _hasRoom;

    /// <summary>
    /// Messages are handed out until the clock's timestamp is this; <see cref="long.MaxValue"/>, the default: always. Any thread. Also a process
    /// that stood still keeps to it.
    /// </summary>
    public void HandOutUntil(long timestamp)
    {
        long before = Interlocked.Exchange(ref _handsOutUntil, timestamp);
        // Also when it was about to be over: the loop may have seen that in the same moment, and sleep with turns that nobody takes.
        if (before != long.MaxValue && before - Setting.Time.GetTimestamp() < Setting.Time.TimestampFrequency / 4)
            Ring();
    }

    private bool HandsOut => Volatile.Read(ref _handsOutUntil) is var until && (until == long.MaxValue || Setting.Time.GetTimestamp() < until);

    /// <summary>A group waits for its turn.</summary>
    public bool HasTurns => _turns.Any;

    /// <summary>Commands wait behind the one that runs.</summary>
    public bool HasBacklog => _backlog.Count > 1;

    /// <summary>Wall clock in milliseconds of Unix time.</summary>
    public long Now => Setting.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Fewer commands wait than the loop is meant to take: sessions read on.</summary>
    public bool HasRoom => _mailbox.HasRoom;

    /// <summary>Completes when <see cref="HasRoom"/>.</summary>
    public ValueTask WaitForRoomAsync(CancellationToken cancellation) => _mailbox.WaitForRoomAsync(cancellation);

    /// <summary>Hands a command over; it runs after all that were posted before it.</summary>
    public void Post(IDeliveryCommand command)
    {
        if (_mailbox.Put(command))
            Schedule();
    }

    /// <summary>
    /// Hands over committed records of its queues, and how far the log is committed. A loop that sleeps may take a short turn
    /// within the call.
    /// </summary>
    public void Committed(ReadOnlySpan<CommittedRecord> records, LogPosition through)
    {
        if (!_mailbox.Put(records, through))
            return;
        if (_started && records.Length <= MostRecordsAtCommit && Setting.Threads.TakesTurnAtCommit)
            TakeTurn(isAtCommit: true);
        else
            Schedule();
    }

    /// <summary>Asks for a turn.</summary>
    public void Ring()
    {
        if (_mailbox.Ring())
            Schedule();
    }

    /// <inheritdoc/>
    public void Drained(ISessionOutput output) => Post(new Commands.OutputDrained(output));

    /// <summary>From now on it does what comes in; before, it only collects.</summary>
    public void Start(LogPosition dispatched)
    {
        Dispatched = dispatched;
        _mailbox.Ring();
        _started = true;
        Schedule();
    }

    /// <summary>From now on every command is refused, and who waits for something of a group hears so; runs on the loop.</summary>
    public void RefuseAll(ErrorCode code)
    {
        if (_refusesAll is not null)
            return;
        _refusesAll = code;
        foreach (var group in Queues.Groups)
            group.Refuse(code);
        Outcomes.Refuse(code);
    }

    /// <summary>A group has something to hand out: it gets a turn.</summary>
    public void WantsTurn(GroupDelivery group) => _turns.Add(group);

    /// <summary>Something was written to a subscription's output: it is flushed before the loop sleeps.</summary>
    public void Wrote(Subscription subscription)
    {
        if (subscription.Unflushed)
            return;
        subscription.Unflushed = true;
        _unflushed.Add(subscription);
    }

    /// <summary>
    /// Appends a record of delivery. False: there is no room; nothing happened and the loop tries again later.
    /// </summary>
    /// <exception cref="ForewaveException">The store has stopped.</exception>
    public bool TryAppend(in RecordDraft draft) => TryAppend(new ReadOnlySpan<RecordDraft>(in draft));

    /// <summary>Appends records of delivery together, each of which takes one position. False: as above.</summary>
    /// <exception cref="ForewaveException">The store has stopped.</exception>
    public bool TryAppend(ReadOnlySpan<RecordDraft> drafts)
    {
        if (Tracing.Wants(drafts))
            drafts = Tracing.With(drafts);
        var outcome = Store.TryAppend(drafts, out var position);
        switch (outcome)
        {
            case AppendOutcome.Appended:
                LastAppended = position.Plus((ulong)drafts.Length - 1);
                return true;
            case AppendOutcome.NoRoom:
                _hasRoom = false;
                _room = WatchRoomAsync();
                return false;
            case AppendOutcome.DiskFull or AppendOutcome.Unreachable:
                _hasRoom = false;
                Deadlines.Add(new RoomRetry(this), default, Deadlines.In(RetryWhenFull));
                return false;
            default:
                throw new ForewaveException(ErrorCode.PartitionStopped, "The store has stopped.");
        }
    }

    /// <summary>The store may have room again.</summary>
    public void HasRoomAgain()
    {
        _hasRoom = true;
        Ring();
    }

    /// <inheritdoc/>
    public void Dispose() => Deadlines.Dispose();

    void IThreadPoolWorkItem.Execute() => TakeTurn(isAtCommit: false);

    [SuppressMessage("Design", "CA1031", Justification = "The loop's edge: a bug stops the partition.")]
    private void TakeTurn(bool isAtCommit)
    {
        if (Failure is null)
        {
            try
            {
                _isAtCommit = isAtCommit;
                Run(isAtCommit ? LongestTurnAtCommit : LongestTurn);
                return;
            }
            catch (Exception failure)
            {
                Failure = failure;
                Log.LoopFailed(Number, failure);
                _failed(failure);
            }
        }
        RefuseCommands();
    }

    /// <summary>It failed: whoever waits for it, a checkpoint or the end of the broker too, hears so instead of waiting for ever.</summary>
    private void RefuseCommands()
    {
        do
        {
            _mailbox.TakeCommitted(ref _committed, out _);
            _committed.Clear();
            _mailbox.TakeCommands(ref _commands);
            foreach (var command in _backlog.Concat(_commands))
                command.Refuse(this, ErrorCode.PartitionStopped);
            Outcomes.Refuse(ErrorCode.PartitionStopped);
            _backlog.Clear();
            _commands.Clear();
        }
        while (!_mailbox.TrySleep(ignoreCommands: false));
    }

    private void Schedule()
    {
        if (_started)
            Setting.Threads.Queue(this);
    }

    private void Run(TimeSpan longest)
    {
        long start = Setting.Time.GetTimestamp();
        do
        {
            DispatchCommitted();
            RunCommands();
            if (_refusesAll is null)
                GiveTurns(start);
            ColdReads.WakeWaiting();
            Flush();
            // At a commit one round: the thread that commits is waited for.
            if (Setting.Time.GetElapsedTime(start) > longest || _isAtCommit && _turns.Any)
            {
                Schedule();
                return;
            }
        }
        while (_refusesAll is null && _hasRoom && _turns.Any && HandsOut || !_mailbox.TrySleep(ignoreCommands: !_hasRoom));
    }

    private void DispatchCommitted()
    {
        _mailbox.TakeCommitted(ref _committed, out var through);
        Queues.Dispatch(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_committed));
        _committed.Clear();
        if (through > Dispatched)
            Dispatched = through;
    }

    private void RunCommands()
    {
        if (!_hasRoom)
            return;
        _mailbox.TakeCommands(ref _commands);
        foreach (var command in _commands)
            _backlog.Enqueue(command);
        _commands.Clear();
        while (_hasRoom && _backlog.TryPeek(out var command))
        {
            if (RunOrRefuse(command))
                _backlog.Dequeue();
        }
    }

    private bool RunOrRefuse(IDeliveryCommand command)
    {
        if (_refusesAll is { } code)
        {
            command.Refuse(this, code);
            return true;
        }
        try
        {
            return command.Run(this);
        }
        catch (ForewaveException stopped) when (stopped.Code == ErrorCode.PartitionStopped)
        {
            RefuseAll(stopped.Code);
            command.Refuse(this, stopped.Code);
            return true;
        }
    }

    private void GiveTurns(long start)
    {
        try
        {
            for (int left = HandsOut ? _turns.Count : 0; left > 0 && _hasRoom && !IsOver(start) && _turns.TryTake(out var group); left--)
            {
                GiveTurn(group);
            }
            // After the turns: a pull that does not wait gets what is there before its end is met.
            if (!_isAtCommit || !_turns.Any)
                Deadlines.Meet(this);
        }
        catch (ForewaveException stopped) when (stopped.Code == ErrorCode.PartitionStopped)
        {
            RefuseAll(stopped.Code);
        }
    }

    // The thread that commits is waited for, by the receipts of the same commit too: it leaves the rest to another.
    private bool IsOver(long start) => _isAtCommit && Setting.Time.GetElapsedTime(start) > LongestTurnAtCommit;

    private void GiveTurn(GroupDelivery group)
    {
        if (CatchUp.MustRest(group))
            return;
        bool catchesUp = group.ReadsFromDisk;
        if (catchesUp && _isAtCommit)
        {
            _turns.Add(group);
            return;
        }
        long began = catchesUp ? Setting.Time.GetTimestamp() : 0;
        if (group.TakeTurn())
            _turns.Add(group);
        if (catchesUp)
            CatchUp.TookTurn(began);
    }

    private void Flush()
    {
        foreach (var subscription in _unflushed)
        {
            subscription.Unflushed = false;
            subscription.Output.Flush();
        }
        _unflushed.Clear();
    }

    [SuppressMessage("Design", "CA1031", Justification = "However the wait ended, the loop tries again and meets the cause itself.")]
    private async Task WatchRoomAsync()
    {
        try
        {
            await Store.WaitForRoomAsync(CancellationToken.None);
        }
        catch (Exception)
        {
            // The next append says what is wrong with the store.
        }
        HasRoomAgain();
    }
}
