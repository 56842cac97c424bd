using System.Data.Common;
using Forewave.Client.Producing.Sequenced;
using Forewave.Outbox.Telemetry;
using Forewave.Protocol;
using Microsoft.Extensions.Logging;

namespace Forewave.Outbox.Relaying;

/// <summary>
/// A relay that has the lock, from what it finds to where it loses it. One loop owns all of it, and its connection to the database; while the
/// rows of one claim are under way to the broker it claims the next ones, and writes down what became of the last ones in the same transaction.
/// <para>
/// An exception ends it and leaves nothing behind but what is in the database, which whoever leads next goes on from. Cancelled, it waits for
/// what is under way, writes that down and gives the lock back.
/// </para>
/// </summary>
internal sealed class Leading : IAsyncDisposable
{
    private const int ClaimsAtOnce = 2;
    private const int LongestPause = 50;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RestBetweenCleanings = TimeSpan.FromSeconds(1);

    private readonly RelayTables _tables;
    private readonly OutboxRelayOptions _options;
    private readonly ILockLook _look;
    private readonly OutboxTelemetry _telemetry;
    private readonly RelayWake _wake;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly long _token;
    private readonly Dictionary<PartitionNumber, LaneState> _lanes = [];
    private readonly Planning _planning;
    private readonly CancellationTokenSource _abandon = new();
    private readonly List<Claim> _claims = [];
    private readonly List<RowChange> _changes = [];
    private readonly List<long> _finished = [];
    private readonly HashSet<LaneState> _written = [];

    // A broker keeps back what comes behind a refused row of a key, but forgets that when it starts again, and where the row had no queue. So
    // what was claimed behind refused rows of a queue is sent without a queue: it is refused too, and uses its sequences up.
    private readonly Dictionary<QueueName, ForewaveException> _held = [];
    private long _lastClaim;
    private Task<ClaimResult>? _sending;
    private bool _drains;
    private int _refusals;
    private long _pausedUntil;
    private long _renewedAt;
    private long _cleanAt;
    private long _parkedAt;
    private long _measuredAt;

    public Leading(LeadingParts parts, SequencedProducer producer)
    {
        (_tables, _options, _look, _telemetry, _wake) = (parts.Tables, parts.Options, parts.Look, parts.Telemetry, parts.Wake);
        (_token, _lastClaim) = parts.Lock;
        _time = _options.TimeProvider;
        _logger = _options.LoggerFactory.CreateLogger("Forewave.Outbox");
        _planning = new Planning(producer, _options, _lanes);
        _renewedAt = _time.GetTimestamp();
    }

    /// <summary>Leads until it is cancelled.</summary>
    /// <exception cref="ForewaveException"><c>OutboxLockLost</c>, or the broker is away.</exception>
    /// <exception cref="DbException">The database fails.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await RecoverAsync(cancellation).ConfigureAwait(false);
            while (!cancellation.IsCancellationRequested)
            {
                bool hasWorked = await TryFinishAsync().ConfigureAwait(false);
                hasWorked |= await StepAsync(cancellation).ConfigureAwait(false);
                Send();
                await TendAsync(cancellation).ConfigureAwait(false);
                if (!hasWorked)
                {
                    await RestAsync(cancellation).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // In a wait for the broker: a statement is not cancelled, for nobody would know what became of it.
        }

        await EndAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _abandon.CancelAsync().ConfigureAwait(false);
        // As a task without a result: one that has a result throws at SuppressThrowing.
        if (_sending is Task sending)
        {
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _planning.Close();
        _abandon.Dispose();
    }

    private async ValueTask RecoverAsync(CancellationToken cancellation)
    {
        List<ClaimedRow> pending = await _tables.PendingAsync(CancellationToken.None).ConfigureAwait(false);
        OutboxLog.Leads(_logger, _token, pending.Count);
        // Where the broker is away it goes no further, again and again, and that is when somebody looks at the metrics.
        await MeasureAsync().ConfigureAwait(false);
        _claims.AddRange(pending.GroupBy(row => row.Claim).OrderBy(group => group.Key).Select(group => new Claim(group.Key, [.. group])));
        List<LaneState> lanes = await _tables.LanesAsync(CancellationToken.None).ConfigureAwait(false);
        await _planning.OpenAsync(lanes, pending.Select(row => row.Partition).ToHashSet(), cancellation).ConfigureAwait(false);
        _planning.Parked.UnionWith(await _tables.ParkedQueuesAsync(CancellationToken.None).ConfigureAwait(false));
        await HoldAsync().ConfigureAwait(false);
    }

    // What the relay before knew of refused rows: it is in the database as far as it was written down, and nothing was sent before that.
    private async ValueTask HoldAsync()
    {
        if (_claims.Count == 0)
        {
            return;
        }

        foreach (QueueName queue in _planning.Parked.Concat(await _tables.RefusedQueuesAsync(CancellationToken.None).ConfigureAwait(false)))
        {
            _held.TryAdd(queue, new ForewaveException(ErrorCode.PreviousRefused));
        }
    }

    // Takes what the broker has answered; true: something.
    private async ValueTask<bool> TryFinishAsync()
    {
        if (_sending is not { IsCompleted: true } sending)
        {
            return false;
        }

        _sending = null;
        ClaimResult result = await sending.ConfigureAwait(false);
        Claim claim = _claims[0];
        _claims.RemoveAt(0);
        _finished.Add(claim.Number);
        Take(result);
        _telemetry.NoteSent(claim.Rows.Count - result.Changes.Count);
        return true;
    }

    private void Take(ClaimResult result)
    {
        foreach (QueueName queue in result.Moved)
        {
            _planning.Forget(queue);
        }

        foreach ((QueueName queue, ForewaveException why) in result.Closed)
        {
            _planning.Parked.Add(queue);
            _held[queue] = why;
            OutboxLog.Parked(_logger, queue, why.Message);
        }

        foreach (QueueName queue in result.Held)
        {
            _held.TryAdd(queue, new ForewaveException(ErrorCode.PreviousRefused));
        }

        Add(result.Changes.Select(change => result.Abandoned.Contains(change.Row.Partition) ? change with { RefusedSequence = null } : change));
        foreach (PartitionNumber partition in result.Abandoned)
        {
            Abandon(partition);
        }

        // What was refused goes again in its order: nothing that came later is claimed before all that is under way is answered.
        bool goesAgain = result.Changes.Any(change => change.State == OutboxRowState.Unsent);
        _drains |= goesAgain;
        _refusals = result.Refusal is null || !goesAgain ? 0 : _refusals + 1;
        if (result.Refusal is { } refusal && goesAgain)
        {
            OutboxLog.Refused(_logger, result.Changes.Count, refusal.Message);
            TimeSpan pause = FirstPause * Math.Min(_refusals, LongestPause);
            Pause(refusal.RetryAfter > pause ? refusal.RetryAfter.Value : pause);
        }
    }

    // The sequences that later claims have there mean nothing under another producer id; nobody has sent them.
    private void Abandon(PartitionNumber partition)
    {
        for (int i = 0; i < _claims.Count; i++)
        {
            Claim claim = _claims[i];
            Add(claim.Rows.Where(row => row.Partition == partition).Select(row => new RowChange(row, OutboxRowState.Unsent, ErrorCode.None, row.IsAlone, null)));
            _claims[i] = new Claim(claim.Number, [.. claim.Rows.Where(row => row.Partition != partition)]) { IsFresh = claim.IsFresh };
        }

        _written.Remove(_lanes[partition]);
        _written.Add(_planning.Renew(partition));
        _drains = true;
    }

    private void Add(IEnumerable<RowChange> changes)
    {
        List<RowChange> added = [.. changes];
        _changes.AddRange(added);
        _telemetry.NoteChanged(added);
        foreach (IGrouping<ErrorCode, RowChange> group in added.Where(change => change.State == OutboxRowState.SetAside).GroupBy(change => change.Error))
        {
            OutboxLog.SetAside(_logger, group.Count(), group.First().Row.Id, group.First().Row.Queue, group.Key);
        }
    }

    // One transaction: what became of the last claim, and the next one. False: there was nothing to write.
    private async ValueTask<bool> StepAsync(CancellationToken cancellation)
    {
        _drains &= _claims.Count > 0 || _finished.Count > 0 || _changes.Count > 0;
        if (_claims.Count == 0)
        {
            _held.Clear();
        }

        Plan? plan = await PlanAsync(cancellation).ConfigureAwait(false);
        bool isDue = _time.GetElapsedTime(_renewedAt) > _options.Lease / 4;
        if (plan is null && _finished.Count == 0 && _changes.Count == 0 && !isDue)
        {
            return false;
        }

        Claim? claim = plan is { Rows.Count: > 0 } ? new Claim(_lastClaim + 1, plan.Rows) { IsFresh = true } : null;
        if (plan is not null)
        {
            Add(plan.Changes);
            _written.UnionWith(plan.Rows.Select(row => row.Partition).Distinct().Select(partition => _lanes[partition]));
        }

        await WriteAsync(claim).ConfigureAwait(false);
        if (claim is not null)
        {
            _claims.Add(claim);
            _telemetry.NoteClaimed(claim.Rows.Count);
        }

        return plan is not null || _sending is null;
    }

    private async ValueTask<Plan?> PlanAsync(CancellationToken cancellation)
    {
        if (_drains || _claims.Count >= ClaimsAtOnce || _time.GetTimestamp() < _pausedUntil)
        {
            return null;
        }

        List<ClaimedRow> rows = await _tables.UnsentAsync(new ClaimSize(_options.ClaimRows, _options.ClaimBytes), CancellationToken.None).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return null;
        }

        // The lock is to be renewed, whether a broker answers or not.
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_options.Lease / 4);
        try
        {
            Plan plan = await _planning.PlanAsync(rows, patience.Token).ConfigureAwait(false);
            foreach ((QueueName queue, ForewaveException why) in plan.Closed)
            {
                OutboxLog.Parked(_logger, queue, why.Message);
            }

            return plan;
        }
        catch (Exception away) when (away is ForewaveException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            OutboxLog.Waits(_logger, default, away.Message);
            Pause(FirstPause);
            return null;
        }
    }

    private async ValueTask WriteAsync(Claim? claim)
    {
        DbTransaction transaction = await _tables.BeginAsync(CancellationToken.None).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            long last = claim?.Number ?? _lastClaim;
            await _tables.RenewAsync(transaction, _token, new LastClaim(last), CancellationToken.None).ConfigureAwait(false);
            await _tables.ChangeAsync(transaction, _changes, CancellationToken.None).ConfigureAwait(false);
            foreach (long finished in _finished)
            {
                await _tables.MarkSentAsync(transaction, finished, CancellationToken.None).ConfigureAwait(false);
            }

            foreach (LaneState lane in _written)
            {
                await _tables.WriteAsync(transaction, lane, CancellationToken.None).ConfigureAwait(false);
            }

            if (claim is not null)
            {
                await _tables.ClaimAsync(transaction, claim, CancellationToken.None).ConfigureAwait(false);
            }

            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            _lastClaim = last;
        }

        foreach (LaneState lane in _written)
        {
            lane.IsStored = true;
        }

        _written.Clear();
        _changes.Clear();
        _finished.Clear();
        _renewedAt = _time.GetTimestamp();
    }

    // What is in the database may be sent; the next claim when the one before has its answers, so that refusals reach it.
    private void Send()
    {
        if (_sending is not null || _claims.Count == 0)
        {
            return;
        }

        Claim claim = _claims[0];
        bool isFresh = claim.IsFresh;
        claim.IsFresh = false;
        _sending = SendAsync(claim, isFresh);
        _ = _sending.ContinueWith(static (_, wake) => ((RelayWake)wake!).Set(), _wake, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task<ClaimResult> SendAsync(Claim claim, bool isFresh)
    {
        Dictionary<QueueName, ForewaveException> held = new(_held);
        IEnumerable<Task<ClaimResult>> parts = claim.Rows.GroupBy(row => row.Partition).Select(group =>
            new LaneSending(_lanes[group.Key], _look, _options).SendAsync([.. group], isFresh, held, _abandon.Token));
        return ClaimResult.Of(await Task.WhenAll(parts.ToList()).ConfigureAwait(false));
    }

    private async ValueTask TendAsync(CancellationToken cancellation)
    {
        long now = _time.GetTimestamp();
        if (_planning.Parked.Count > 0 && now >= _parkedAt)
        {
            // What is under way may have rows of these queues: those come before what waits is claimed anew.
            _drains = true;
            if (_claims.Count == 0 && _finished.Count == 0 && _changes.Count == 0)
            {
                _parkedAt = now + Ticks(_options.ParkedRetry);
                await UnparkAsync(cancellation).ConfigureAwait(false);
            }
        }

        if (now >= _cleanAt)
        {
            int cleaned = await _tables.CleanAsync(_options.CleanRows, _options.SentRetention, CancellationToken.None).ConfigureAwait(false);
            _telemetry.NoteCleaned(cleaned);
            _cleanAt = cleaned == _options.CleanRows ? now : now + Ticks(RestBetweenCleanings);
        }

        if (now >= _measuredAt)
        {
            _measuredAt = now + Ticks(OutboxTelemetry.StockInterval);
            await MeasureAsync().ConfigureAwait(false);
        }
    }

    private ValueTask MeasureAsync() => _telemetry.WantsStock ? _telemetry.MeasureAsync(_tables, CancellationToken.None) : ValueTask.CompletedTask;

    private async ValueTask UnparkAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_options.Lease / 4);
        try
        {
            foreach (QueueName queue in _planning.Parked.ToList())
            {
                if (await _planning.CanOpenAsync(queue, patience.Token).ConfigureAwait(false))
                {
                    await UnparkAsync(queue, cancellation).ConfigureAwait(false);
                }
            }
        }
        catch (Exception away) when (away is ForewaveException { Code: not ErrorCode.OutboxLockLost } or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            OutboxLog.Waits(_logger, default, away.Message);
        }
    }

    // In batches, which are rows that a statement is done with soon. Nothing is claimed in between; whoever leads when this relay ends in the
    // middle finds rows that wait still, and claims none of the queue before those are unsent.
    private async ValueTask UnparkAsync(QueueName queue, CancellationToken cancellation)
    {
        int rows = 0;
        for (long after = 0; await _tables.LastParkedAsync(queue, after, CancellationToken.None).ConfigureAwait(false) is { } last; after = last)
        {
            cancellation.ThrowIfCancellationRequested();
            DbTransaction transaction = await _tables.BeginAsync(CancellationToken.None).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await _tables.RenewAsync(transaction, _token, new LastClaim(_lastClaim), CancellationToken.None).ConfigureAwait(false);
                rows += await _tables.UnparkAsync(transaction, queue, (after, last), CancellationToken.None).ConfigureAwait(false);
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                _renewedAt = _time.GetTimestamp();
            }
        }

        OutboxLog.Unparked(_logger, queue, rows);
        _planning.Parked.Remove(queue);
    }

    private async ValueTask RestAsync(CancellationToken cancellation)
    {
        long paused = _pausedUntil - _time.GetTimestamp();
        TimeSpan rest = paused > 0 && _sending is null ? TimeSpan.FromSeconds((double)paused / _time.TimestampFrequency) : _options.PollInterval;
        await _wake.WaitAsync(rest < _options.Lease / 4 ? rest : _options.Lease / 4, _time, cancellation).ConfigureAwait(false);
    }

    private async ValueTask EndAsync()
    {
        using CancellationTokenSource patience = new(_options.StopPatience, _time);
        if (_sending is { } sending)
        {
            Task ended = await Task.WhenAny(sending, Task.Delay(Timeout.InfiniteTimeSpan, _time, patience.Token)).ConfigureAwait(false);
            if (ended == sending)
            {
                await TryFinishAsync().ConfigureAwait(false);
            }
        }

        if (_finished.Count > 0 || _changes.Count > 0)
        {
            await WriteAsync(null).ConfigureAwait(false);
        }

        await _tables.ReturnAsync(_token, CancellationToken.None).ConfigureAwait(false);
    }

    private void Pause(TimeSpan length) => _pausedUntil = _time.GetTimestamp() + Ticks(length);

    private long Ticks(TimeSpan length) => (long)(length.TotalSeconds * _time.TimestampFrequency);
}
