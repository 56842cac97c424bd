using Forewave.Broker.Observability;
using Forewave.Broker.Retention;
using Forewave.Broker.Sessions;

namespace Forewave.Broker;

/// <summary>The engine's own loops, each supervised: heartbeats of all sessions, checkpoints, retention.</summary>
internal sealed class EngineLoops : IDisposable
{
    private readonly SupervisedLoop[] _loops;
    private readonly DeadOperationLoop _deadOperations;

    public EngineLoops(SessionParts parts, EngineState state)
    {
        Checkpoints = new CheckpointLoop(parts, state);
        var retention = new RetentionLoop(parts);
        var groups = new GroupGauges(parts);
        var heartbeat = new HeartbeatLoop(parts.Sessions, parts.Drain, parts.Time);
        _deadOperations = new DeadOperationLoop(parts);
        _loops =
        [
            new SupervisedLoop("heartbeat", heartbeat.RunAsync, parts),
            new SupervisedLoop("memory", parts.Memory.RunAsync, parts),
            new SupervisedLoop("lengths", parts.Lengths.RunAsync, parts),
            new SupervisedLoop("deduplication", parts.Deduplication.Upkeep.RunAsync, parts),
            new SupervisedLoop("search", parts.Search.Keys.Upkeep.RunAsync, parts),
            new SupervisedLoop("checkpoint", Checkpoints.RunAsync, parts),
            new SupervisedLoop("scheduler", parts.Scheduling.RunAsync, parts),
            new SupervisedLoop("transactions", (pulse, cancellation) => parts.Transactions.Watch.RunAsync(pulse, parts.Time, cancellation), parts),
            new SupervisedLoop("retention", retention.RunAsync, parts),
            new SupervisedLoop("group metrics", groups.RunAsync, parts),
            .. parts.Options.DeadOperations ? [new SupervisedLoop("dead-letters", _deadOperations.RunAsync, parts)] : Array.Empty<SupervisedLoop>(),
        ];
    }

    /// <summary>Takes checkpoints.</summary>
    public CheckpointLoop Checkpoints { get; }

    /// <summary>Operations on dead letters that are running.</summary>
    public int DeadOperations => _deadOperations.Running;

    /// <summary>All of them, for metrics.</summary>
    public IReadOnlyList<SupervisedLoop> All => _loops;

    /// <summary>They were started.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>Starts them.</summary>
    public void Start()
    {
        HasStarted = true;
        foreach (var loop in _loops)
            loop.Start();
    }

    /// <summary>Ends them.</summary>
    public Task StopAsync() => Task.WhenAll(_loops.Select(loop => loop.StopAsync()));

    /// <inheritdoc/>
    public void Dispose()
    {
        Checkpoints.Dispose();
        foreach (var loop in _loops)
            loop.Dispose();
        _deadOperations.Dispose();
    }
}
