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
    private readonly CommitIntake _transactions;
    private readonly FlushList _flushes;
    private readonly PartitionHealth _health;
    private readonly CheckpointLoop _checkpoints;

    public EngineObserver(SessionParts parts, CheckpointLoop checkpoints)
    {
        _delivery = parts.Delivery;
        _scheduling = parts.Scheduling.Intake;
        _transactions = parts.Transactions.Intake;
        _flushes = parts.Flushes;
        _health = parts.Health;
        _checkpoints = checkpoints;
    }

    /// <inheritdoc/>
    public void GroupCommitted(ReadOnlySpan<CommittedRecord> records, LogPosition through)
    {
        _delivery.GroupCommitted(records, through);
        _scheduling.Put(records, through);
        _transactions.Put(records, through);
        _flushes.FlushAll();
    }

    /// <inheritdoc/>
    public void Stopped(StoreException failure)
    {
        _health.Fail("the store", failure);
        _scheduling.Stopped(failure);
        _transactions.Stopped(failure);
        _flushes.FlushAll();
    }

    /// <inheritdoc/>
    public void CheckpointDue() => _checkpoints.Due();
}
