using Forewave.Broker.Observability;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker;

/// <summary>
/// Whether the partition works. Once it stopped it stays so: what failed (a loop, the store, an invariant) is logged once,
/// and everything is refused from then on. Thread-safe.
/// </summary>
internal sealed class PartitionHealth : IThreadPoolWorkItem
{
    private readonly ILogger _logger;
    private readonly ILoopThreads _threads;
    private readonly CancellationTokenSource _stopped = new();
    private Exception? _failure;

    public PartitionHealth(ILogger logger, ILoopThreads threads)
    {
        _logger = logger;
        _threads = threads;
    }

    /// <summary>It stopped after a failure.</summary>
    public bool IsStopped => Volatile.Read(ref _failure) is not null;

    /// <summary>Why; null while it works.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Cancelled when it stops.</summary>
    public CancellationToken Stopped => _stopped.Token;

    /// <summary>Stops it; the first failure counts. Whoever is told is told in a turn of its own.</summary>
    public void Fail(string where, Exception cause)
    {
        if (Interlocked.CompareExchange(ref _failure, cause, null) is not null)
            return;
        BrokerLog.PartitionStopped(_logger, where, cause);
        _threads.Queue(this);
    }

    void IThreadPoolWorkItem.Execute() => _stopped.Cancel();
}
