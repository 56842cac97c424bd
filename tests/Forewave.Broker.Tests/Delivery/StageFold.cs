using Forewave.Broker.Delivery;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>The engine as the store sees it, with delivery alone.</summary>
internal sealed class StageFold(DeliveryLoops loops) : IStateFold, IStateSource, ICommitObserver
{
    private readonly Lock _gate = new();
    private LogPosition _through;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Load(in StatePart part, ReadOnlySpan<byte> state) => loops.Load(part, state);

    public void Loaded()
    {
    }

    public void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload) => loops.Apply(record, payload);

    public void Damaged(LogPosition first, LogPosition last)
    {
    }

    public ValueTask WriteAsync(IStateWriter writer, CancellationToken cancellation) => loops.WriteAsync(writer, cancellation);

    public void GroupCommitted(ReadOnlySpan<CommittedRecord> records, LogPosition through)
    {
        loops.GroupCommitted(records, through);
        lock (_gate)
        {
            _through = through;
            _moved.SetResult();
            _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Completes when everything up to a position is committed, its owners were told and the loops have it.</summary>
    public async Task HandedOverAsync(LogPosition position)
    {
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                if (_through >= position)
                    return;
                moved = _moved.Task;
            }
            await moved.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        }
    }

    public void Stopped(StoreException failure)
    {
    }

    public void CheckpointDue()
    {
    }
}
