using Forewave.Broker.Observability;
using Forewave.Broker.Queues;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Scheduling.Recurring;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Scheduling;

/// <summary>
/// Keeps scheduled messages until they are due and brings them out then. Its state belongs to whoever has its turn: the loop,
/// a command, a checkpoint, one after the other; the commit thread only hands records over. Life: recovery
/// (<see cref="ScheduleFold.Apply"/> on one thread), <see cref="Begin"/>, the loop beside the rest.
/// A thrown exception is a bug and stops the partition, but for what store and disk refuse: that is tried again later. Cancelling
/// interrupts waiting and reading; nothing that was appended is forgotten.
/// </summary>
internal sealed class Scheduler : IDisposable
{
    // So that a wall clock that is put forward is noticed.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SchedulerParts _parts;
    private readonly Releasing _releasing;
    private readonly KeyReading _keys;
    private List<CommittedRecord> _committed = [];

    /// <summary>Puts it together; nothing runs yet.</summary>
    public Scheduler(IStore store, TimeProvider time, BrokerMetrics metrics, ILogger logger, Func<uint, ulong> lifeOf)
    {
        var pending = new PendingMessages();
        var recurring = new RecurringMessages();
        _parts = new SchedulerParts
        {
            Store = store,
            Pending = pending,
            Recurring = recurring,
            Fold = new ScheduleFold(store, pending, recurring),
            Expiry = new LaneExpiry(store, pending),
            Intake = new CommitIntake(static type => type is RecordType.Scheduled or RecordType.Rescheduled),
            Metrics = new SchedulerMetrics(metrics.Meter, time),
            LifeOf = lifeOf,
            Time = time,
            Logger = logger,
        };
        _releasing = new Releasing(_parts);
        _keys = new KeyReading(_parts);
        Administration = new ScheduleAdministration(this, _parts);
        SchedulerMetrics.AddGauges(metrics, this);
    }

    /// <summary>What is pending; the count is for any thread, the rest for whoever has the turn.</summary>
    public PendingMessages Pending => _parts.Pending;

    /// <summary>What recurs; the count is for any thread, the rest for whoever has the turn.</summary>
    public RecurringMessages Recurring => _parts.Recurring;

    /// <summary>What records do to the state; for recovery.</summary>
    public ScheduleFold Fold => _parts.Fold;

    /// <summary>What the commit thread hands over to.</summary>
    public CommitIntake Intake => _parts.Intake;

    /// <summary>Commands.</summary>
    public ScheduleAdministration Administration { get; }

    /// <summary>Records of lanes up to here are in the state.</summary>
    public LogPosition Dispatched { get; private set; }

    /// <summary>The clock as records have it.</summary>
    public Timestamp Now => Timestamp.From(_parts.Time.GetUtcNow());

    /// <summary>Recovery is over: what belongs to queues that are not there any more goes.</summary>
    public void Begin(QueueCatalogue queues, LogPosition committed)
    {
        foreach (uint queue in Pending.Queues.Concat(Recurring.All.Select(message => message.Queue)).ToArray())
        {
            if (queues.Find(queue) is null)
                Close(queue);
        }
        // From here on everything that is committed is new.
        Fold.LoadedDispatched = LogPosition.None;
        Dispatched = committed;
        Intake.Begin(committed);
        Intake.Ring();
    }

    /// <summary>Brings messages out until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        await using var timer = _parts.Time.CreateTimer(
            static intake => ((CommitIntake)intake!).Ring(), Intake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (true)
        {
            await Intake.WaitAsync(cancellation);
            while (await InTurnAsync(token => StepAsync(timer, token), cancellation))
                pulse.Beat();
            pulse.Beat();
        }
    }

    /// <summary>Does something with the state, when it is free; what was committed before is in it.</summary>
    public async Task<T> InTurnAsync<T>(Func<CancellationToken, ValueTask<T>> body, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            DispatchCommitted();
            return await body(cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>In a turn: completes when what was appended up to a position is committed and in the state.</summary>
    public async ValueTask UntilDispatchedAsync(LogPosition position)
    {
        await Intake.UntilAsync(position);
        DispatchCommitted();
    }

    /// <summary>In a turn: reads the keys that are not known yet.</summary>
    public ValueTask ReadKeysAsync(CancellationToken cancellation) => _keys.ReadAllAsync(cancellation);

    /// <summary>A queue was deleted; any thread.</summary>
    public async Task CloseAsync(QueueEntry queue) => await InTurnAsync(
        _ =>
        {
            Close(queue.Id);
            return ValueTask.FromResult(true);
        },
        CancellationToken.None);

    /// <inheritdoc/>
    public void Dispose()
    {
        Intake.Dispose();
        _turn.Dispose();
    }

    private void Close(uint queue)
    {
        Pending.Close(queue);
        Recurring.Close(queue);
    }

    /// <summary>One step of the loop; true: there is more to do now.</summary>
    private async ValueTask<bool> StepAsync(ITimer timer, CancellationToken cancellation)
    {
        var retry = LongestSleep;
        try
        {
            if (await _releasing.ReleaseSomeAsync(Now, cancellation) || await _keys.ReadSomeAsync(cancellation))
                return true;
        }
        catch (RefusedException refusal)
        {
            if (refusal.Code == ErrorCode.DiskFull)
                SchedulerLog.DiskFull(_parts.Logger);
            retry = RetryAfter;
        }
        catch (StoreException failure)
        {
            SchedulerLog.ReadFailed(_parts.Logger, RetryAfter.TotalMilliseconds, failure);
            retry = RetryAfter;
        }
        _parts.Expiry.DropOver(Now, Dispatched);
        Arm(timer, retry);
        return false;
    }

    private void Arm(ITimer timer, TimeSpan longest)
    {
        var sleep = UntilNext(longest);
        // Up to whole milliseconds: a timer that rings early would ring twice.
        timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(sleep.TotalMilliseconds, 0))), Timeout.InfiniteTimeSpan);
        // The clock was put forward meanwhile.
        if (UntilNext(longest) + TimeSpan.FromMilliseconds(1) < sleep)
            Intake.Ring();
    }

    private TimeSpan UntilNext(TimeSpan longest)
    {
        if (longest != LongestSleep || Pending.NextDue is not { } next)
            return longest;
        var until = next.ToDateTimeOffset() - _parts.Time.GetUtcNow();
        return until < longest ? until : longest;
    }

    private void DispatchCommitted()
    {
        var through = Intake.Take(ref _committed);
        foreach (ref readonly var record in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_committed))
        {
            if (Fold.Dispatch(record) is { } range)
                Fold.AddKeys(range);
        }
        _committed.Clear();
        if (through > Dispatched)
            Dispatched = through;
        _parts.Expiry.Free(Dispatched);
    }
}
