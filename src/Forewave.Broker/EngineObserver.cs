using Forewave.Broker.Delivery;
using Forewave.Broker.Retention;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker;

/// <summary>Sees every committed group, on the commit thread: hands publishes to delivery, then flushes the answers.</summary>
internal sealed class EngineObserver : ICommitObserver
{
    private readonly DeliveryLoops _delivery;
    private readonly CommitIntake _scheduling;
    private readonly FlushList _flushes;
    private readonly PartitionHealth _health;
    private readonly CheckpointLoop _checkpoints;

    public EngineObserver(DeliveryLoops delivery, CommitIntake scheduling, FlushList flushes, PartitionHealth health, CheckpointLoop checkpoints)
    {
        _delivery = delivery;
        _scheduling = scheduling;
        _flushes = flushes;
        _health = health;
        _checkpoints = checkpoints;
    }

    /// <inheritdoc/>
    public void GroupCommitted(ReadOnlySpan<CommittedRecord> records, LogPosition through)
    {
        _delivery.GroupCommitted(records, through);
        _scheduling.Put(records, through);
        _flushes.FlushAll();
    }

    /// <inheritdoc/>
    public void Stopped(StoreException failure)
    {
        _health.Fail("the store", failure);
        _scheduling.Stopped(failure);
        _flushes.FlushAll();
    }

    /// <inheritdoc/>
    public void CheckpointDue() => _checkpoints.Due();
}
