using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using Forewave.Broker.Delivery;
using Forewave.Broker.Delivery.Commands;
using Forewave.Broker.Ingest;
using Forewave.Broker.Observability;
using Forewave.Broker.Queues;
using Forewave.Broker.Sessions;
using Forewave.Broker.Settings;
using Forewave.Broker.Users;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker;

/// <summary>
/// The broker without its host: give it a store and connections. Life: <see cref="StartAsync"/> once, then sessions, then
/// <see cref="StopAsync"/> or disposal, which also dispose the store. Thread-safe.
/// </summary>
public sealed class BrokerEngine : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly BrokerOptions _options;
    private readonly ILogger _logger;
    private readonly SessionParts _parts;
    private readonly EngineState _state;
    private readonly EngineObserver _observer;
    private readonly EngineLoops _loops;
    private readonly CancellationTokenSource _sessionsEnd = new();
    // Taken while the source is there: the host may bring connections until after the end, and they are told so.
    private readonly CancellationToken _sessionsEnded;
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _failureWatch = Task.CompletedTask;
    private int _stopping;

    /// <summary>Puts the engine together; nothing runs yet.</summary>
    /// <param name="store">Owned by the engine from now on.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="time">The clock, for everything.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="meters">Where to make the meter "Forewave.Broker".</param>
    public BrokerEngine(IStore store, BrokerOptions options, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
        : this(store, options, time, loggers, meters, new EngineSurroundings())
    {
    }

    internal BrokerEngine(
        IStore store, BrokerOptions options, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters, EngineSurroundings surroundings)
    {
        _store = store;
        _options = options;
        _sessionsEnded = _sessionsEnd.Token;
        _logger = loggers.CreateLogger("Forewave.Broker");
        var flushes = new FlushList(surroundings.Threads);
        _parts = EngineParts.Compose(store, options, time, loggers, meters, flushes, surroundings);
        _state = new EngineState(store, _parts);
        _loops = new EngineLoops(_parts, _state);
        _observer = new EngineObserver(_parts, _loops.Checkpoints);
        EngineGauges.Add(_parts, _loops);
        _parts.Settings.Counts = Count;
    }

    /// <summary>Why the partition stopped; null while it works. It stays set.</summary>
    public Exception? Failure => _parts.Health.Failure;

    /// <summary>Cancelled when the partition stops after a failure.</summary>
    public CancellationToken Failed => _parts.Health.Stopped;

    /// <summary>
    /// Bounds the time in which messages are handed out: up to a timestamp of the engine's clock, to be moved on as long as it is certain that
    /// nobody else hands them out. <see cref="long.MaxValue"/>, the default: always. What was handed out is settled as ever. Any thread.
    /// </summary>
    public void HandOutUntil(long timestamp) => _parts.Delivery.HandOutUntil(timestamp);

    /// <summary>Decides who is let in, and as whom; for those who do not come with a hello. Never throws but for a cancelled wait.</summary>
    public ValueTask<LogInResult> LogInAsync(LogInRequest request, CancellationToken cancellation) => _parts.LogIns.LogInAsync(request, cancellation);

    /// <summary>Whether somebody who was let in by this engine still may what it was let in for. Free of locks; never throws.</summary>
    public bool Holds(Access access) => _parts.LogIns.Review(access) == ErrorCode.None;

    /// <summary>What is counted of users and rights.</summary>
    public AccessMetrics Access => _parts.Access;

    /// <summary>There are users, and everybody from outside is asked which one it is. Known when the engine was started.</summary>
    public bool AsksUsers => _parts.Users.IsOn;

    /// <summary>It was not switched off since the start that the HTTP API answers.</summary>
    public bool HttpApi => _parts.Settings.Terms.HttpApi;

    /// <summary>Takes what somebody publishes over HTTP from its user's quota; how long to wait where nothing may be taken now, else zero. Free of locks.</summary>
    public TimeSpan TakeQuota(Access access, (int Messages, int Bytes) amount) => _parts.Quotas.TryTake(access.Name, amount);

    /// <summary>It is drained: no client is let in.</summary>
    public bool IsDraining => _parts.Drain.IsOn;

    /// <summary>Whether messages of a queue are handed out; yes where it does not exist.</summary>
    public bool Consumes(QueueName queue) => _parts.Queues.Find(queue) is not { } entry || _parts.Settings.Terms.Consumes(entry);

    /// <summary>Connections open now.</summary>
    public int Connections => _parts.Sessions.Count;

    /// <summary>Recovers the store and starts the loops; sessions may come when it has completed.</summary>
    /// <exception cref="StoreException">The store cannot be used; the message says what to do.</exception>
    /// <exception cref="ForewaveException">CoordinationUnreachable: in a cluster, the slots of its queues are not known.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        var report = await _store.RecoverAsync(_state, cancellation);
        if (report.DamagedPositions.Value > 0)
            BrokerLog.PositionsDamaged(_logger, report.DamagedPositions.Value);
        if (report.DamagedCheckpoint is { } damage)
            BrokerLog.CheckpointDamaged(_logger, damage);
        if (_parts.Users.IsOn && _options.Insecure)
            UserLog.InsecureIsLeft(_logger);
        _parts.Settings.Begin();
        await _parts.Slots.AdoptAsync(cancellation);
        _parts.Queues.NoteId(_parts.Delivery.HighestId);
        _parts.Queues.Opened = _parts.Delivery.Administration.OpenQueue;
        _parts.Scheduling.Begin(_parts.Queues, _store.Committed);
        _parts.Transactions.Begin(_store.Committed);
        _store.Start(_observer);
        _parts.Delivery.Start([.. _parts.Queues.All], _store.Committed);
        _parts.Search.Keys.Parts.Begin();
        _failureWatch = WatchForFailureAsync();
        _loops.Start();
        BrokerLog.PartitionOpened(
            _logger, _store.Partition.Value, _store.Epoch.Value, report.Records, report.Bytes.Value,
            report.Duration, _parts.Queues.Count);
    }

    /// <summary>
    /// Serves one connection until it ends; the pipe is completed then. One that comes while the engine stops, or after that, is
    /// closed with <c>ShuttingDown</c>.
    /// </summary>
    /// <param name="pipe">
    /// The connection. Its schedulers must not be inline: what reads the output would run under the session's lock.
    /// </param>
    /// <param name="origin">For operators.</param>
    /// <param name="cancellation">Ends the session without a word.</param>
    /// <returns>Whether the host should send what is left, or reset the connection.</returns>
    public async Task<SessionEnd> RunSessionAsync(IDuplexPipe pipe, SessionOrigin origin, CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _sessionsEnded);
        var session = new Session(_parts, _parts.Sessions.NextId(), pipe, origin);
        _parts.Metrics.ConnectionTaken();
        BrokerLog.ConnectionOpened(_logger, session.Id, origin.Peer);
        if (!_parts.Sessions.TryAdd(session))
            session.Close(ErrorCode.TooManyConnections);
        else if (Volatile.Read(ref _stopping) != 0)
            session.Close(ErrorCode.ShuttingDown);
        try
        {
            return await session.RunAsync(ends.Token);
        }
        finally
        {
            _parts.Sessions.Remove(session);
            BrokerLog.ConnectionClosed(_logger, session.Id);
        }
    }

    /// <summary>
    /// Stops cleanly: tells the peers to go away, lets them finish for <see cref="BrokerOptions.StopGrace"/>, takes a last
    /// checkpoint and disposes the store. Cancelling cuts the grace short.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _stopping, 1) != 0)
            return;
        BrokerLog.Stopping(_logger, Connections, (long)_options.StopGrace.TotalMilliseconds);
        _parts.Sessions.SendGoAway(_options.StopGrace);
        await SessionDrain.WaitAsync(_parts.Sessions, _options.StopGrace, _parts.Time, cancellation);
        _parts.Sessions.CloseAll(ErrorCode.ShuttingDown);
        _sessionsEnd.Cancel();
        await _parts.Sessions.AllEndedAsync();
        await _loops.StopAsync();
        await TakeLastCheckpointAsync();
        _closing.TrySetResult();
        await _failureWatch;
        // Loops that never started (the store could not be recovered) would not hear of it.
        if (_loops.HasStarted)
            await StopDeliveryAsync(ErrorCode.ShuttingDown);
        await DisposePartsAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));

    private void Count(LiveTerms terms)
    {
        _parts.Sessions.MaxConnections = terms.Options.MaxConnections;
        _parts.Outcomes.MostWaiting = terms.Options.MaxOutcomeWaits;
        // At the start each group looks itself.
        if (!_loops.HasStarted)
            return;
        foreach (var loop in _parts.Delivery.All)
            loop.Post(new ConsumeSwitchCommand());
    }

    private async Task TakeLastCheckpointAsync()
    {
        if (_parts.Health.IsStopped || !_loops.HasStarted)
            return;
        try
        {
            await _loops.Checkpoints.TakeAsync(CancellationToken.None);
        }
        catch (StoreException full) when (full.MayPass())
        {
            // The next opening reads a longer tail instead; nothing is lost.
            BrokerLog.LastCheckpointLeftOut(_logger, full.Message);
        }
        catch (StoreException failure)
        {
            // Neither here.
            _parts.Health.Fail("the last checkpoint", failure);
        }
    }

    private async Task DisposePartsAsync()
    {
        bool wasOpen = _loops.HasStarted;
        await _store.DisposeAsync();
        _parts.Delivery.Dispose();
        _parts.Scheduling.Dispose();
        _parts.Transactions.Dispose();
        _parts.Lengths.Dispose();
        _parts.Deduplication.Dispose();
        _parts.Search.Dispose();
        _parts.Queues.Dispose();
        _parts.Users.Dispose();
        _parts.Settings.Dispose();
        _parts.LogIns.Dispose();
        _loops.Dispose();
        _sessionsEnd.Dispose();
        if (wasOpen)
            BrokerLog.Stopped(_logger, _parts.Store.Committed);
    }

    /// <summary>A delivery loop that ends by a bug stops the partition; a partition that stops, delivery.</summary>
    private async Task WatchForFailureAsync()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = _parts.Health.Stopped.Register(() => stopped.TrySetResult());
        await Task.WhenAny(_parts.Delivery.Failed, stopped.Task, _closing.Task);
        if (_parts.Delivery.Failed.IsCompleted)
            _parts.Health.Fail("a delivery loop", await _parts.Delivery.Failed);
        if (_parts.Health.IsStopped)
            await StopDeliveryAsync(ErrorCode.PartitionStopped);
    }

    private async Task StopDeliveryAsync(ErrorCode code)
    {
        try
        {
            await _parts.Delivery.StopAsync(code);
        }
        catch (ForewaveException)
        {
            // A loop that refuses everything already, because the store stopped, refuses this too.
        }
    }
}
