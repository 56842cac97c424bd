using Forewave.Broker.Delivery;
using Forewave.Broker.Retention;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker;

/// <summary>Sees every committed group, on the commit thread: hands publishes to delivery, then flushes the answers.</summary>
internal sealed class EngineObserver : ICommitObserver
{
    private readonly DeliveryLoops _delivery;
    private readonly FlushList _flushes;
    private readonly PartitionHealth _health;
    private readonly CheckpointLoop _checkpoints;

    public EngineObserver(DeliveryLoops delivery, FlushList flushes, PartitionHealth health, CheckpointLoop checkpoints)
    {
        _delivery = delivery;
        _flushes = flushes;
        _health = health;
        _checkpoints = checkpoints;
    }

    /// <inheritdoc/>
    public void GroupCommitted(ReadOnlySpan<CommittedRecord> records, LogPosition through)
    {
        _delivery.GroupCommitted(records, through);
        _flushes.FlushAll();
    }

    /// <inheritdoc/>
    public void Stopped(StoreException failure)
    {
        _health.Fail("the store", failure);
        _flushes.FlushAll();
    }

    /// <inheritdoc/>
    public void CheckpointDue() => _checkpoints.Due();
}
