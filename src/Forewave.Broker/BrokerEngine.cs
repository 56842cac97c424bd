using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using Forewave.Broker.Ingest;
using Forewave.Broker.Observability;
using Forewave.Broker.Queues;
using Forewave.Broker.Sessions;
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
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BrokerMetrics _metrics;
    private readonly PartitionHealth _health;
    private readonly SessionParts _parts;
    private readonly SessionRegistry _sessions;
    private readonly EngineState _state;
    private readonly EngineObserver _observer;
    private readonly EngineLoops _loops;
    private int _stopping;

    /// <summary>Puts the engine together; nothing runs yet.</summary>
    /// <param name="store">Owned by the engine from now on.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="time">The clock, for everything.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="meters">Where to make the meter "Forewave.Broker".</param>
    public BrokerEngine(IStore store, BrokerOptions options, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        _store = store;
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger("Forewave.Broker");
        _metrics = new BrokerMetrics(meters);
        _health = new PartitionHealth(_logger);
        _sessions = new SessionRegistry(options.MaxConnections);
        var flushes = new FlushList();
        var producers = new ProducerDirectory(store, options, time);
        var queues = new QueueCatalogue(store, options, _logger);
        _parts = new SessionParts
        {
            Store = store,
            Options = options,
            Ingest = new IngestStage(store, _health, flushes, _metrics, time),
            Producers = producers,
            Queues = queues,
            Health = _health,
            Metrics = _metrics,
            Time = time,
            Logger = _logger,
        };
        _state = new EngineState(store, queues, producers);
        _loops = new EngineLoops(_parts, _sessions, _state);
        _observer = new EngineObserver(flushes, _health, _loops.Checkpoints);
        EngineGauges.Add(_parts, _sessions, _loops);
    }

    /// <summary>Why the partition stopped; null while it works. It stays set.</summary>
    public Exception? Failure => _health.Failure;

    /// <summary>Cancelled when the partition stops after a failure.</summary>
    public CancellationToken Failed => _health.Stopped;

    /// <summary>Recovers the store and starts the loops; sessions may come when it has completed.</summary>
    /// <exception cref="StoreException">The store cannot be used; the message says what to do.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        var report = await _store.RecoverAsync(_state, cancellation);
        if (report.DamagedPositions.Value > 0)
            BrokerLog.PositionsDamaged(_logger, report.DamagedPositions.Value);
        _store.Start(_observer);
        _loops.Start();
        BrokerLog.PartitionOpened(
            _logger, _store.Partition.Value, _store.Epoch.Value, report.Records, report.Bytes.Value,
            (long)report.Duration.TotalMilliseconds, _parts.Queues.Count);
    }

    /// <summary>Serves one connection until it ends; the pipe is completed then.</summary>
    /// <param name="pipe">
    /// The connection. Its schedulers must not be inline: what reads the output would run under the session's lock.
    /// </param>
    /// <param name="origin">For operators.</param>
    /// <param name="cancellation">Ends the session without a word.</param>
    /// <returns>Whether the host should send what is left, or reset the connection.</returns>
    public async Task<SessionEnd> RunSessionAsync(IDuplexPipe pipe, SessionOrigin origin, CancellationToken cancellation)
    {
        var session = new Session(_parts, _sessions.NextId(), pipe, origin);
        _metrics.ConnectionTaken();
        BrokerLog.ConnectionOpened(_logger, session.Id, origin.Peer);
        if (!_sessions.TryAdd(session))
            session.Close(ErrorCode.TooManyConnections);
        else if (Volatile.Read(ref _stopping) != 0)
            session.Close(ErrorCode.ShuttingDown);
        try
        {
            return await session.RunAsync(cancellation);
        }
        finally
        {
            _sessions.Remove(session);
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
        BrokerLog.Stopping(_logger, _sessions.Count, (long)_options.StopGrace.TotalMilliseconds);
        _sessions.SendGoAway(_options.StopGrace);
        await SessionDrain.WaitAsync(_sessions, _options.StopGrace, _time, cancellation);
        _sessions.CloseAll(ErrorCode.ShuttingDown);
        await _loops.StopAsync();
        if (!_health.IsStopped)
            await _loops.Checkpoints.TakeAsync(CancellationToken.None);
        var last = _store.Committed;
        await _store.DisposeAsync();
        _parts.Queues.Dispose();
        BrokerLog.Stopped(_logger, last);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));
}
