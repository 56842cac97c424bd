using Forewave.Broker.Delivery;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>The engine as the store sees it, with delivery alone.</summary>
internal sealed class StageFold(DeliveryLoops loops) : IStateFold, IStateSource, ICommitObserver
{
    public void Load(in StatePart part, ReadOnlySpan<byte> state) => loops.Load(part, state);

    public void Loaded()
    {
    }

    public void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload) => loops.Apply(record, payload);

    public void Damaged(LogPosition first, LogPosition last)
    {
    }

    public ValueTask WriteAsync(IStateWriter writer, CancellationToken cancellation) => loops.WriteAsync(writer, cancellation);

    public void GroupCommitted(ReadOnlySpan<CommittedRecord> records, LogPosition through) => loops.GroupCommitted(records, through);

    public void Stopped(StoreException failure)
    {
    }

    public void CheckpointDue()
    {
    }
}
