using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Routes;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>Finds the partition that owns the slot of a key in a queue. Thread-safe; asks each time.</summary>
internal sealed class KeyOwners(AdministrationCalls calls)
{
    /// <summary>The owner. One round trip; one more for each partition, the lowest first, that does not have the queue yet.</summary>
    /// <exception cref="ForewaveException"><c>QueueNotFound</c>: no partition has it; those of a request.</exception>
    public async ValueTask<PartitionTarget> FindAsync(QueueName queue, string key, CancellationToken cancellation)
    {
        IReadOnlyList<PartitionTarget> targets = await calls.TargetsAsync(cancellation).ConfigureAwait(false);
        if (targets.Count == 1)
        {
            return targets[0];
        }

        ForewaveException? missing = null;
        foreach (PartitionTarget target in targets)
        {
            try
            {
                SlotMap map = await SlotsAsync(target, queue, cancellation).ConfigureAwait(false);
                return await calls.TargetAsync(map.OwnerOf(key), cancellation).ConfigureAwait(false);
            }
            catch (ForewaveException none) when (none.Code == ErrorCode.QueueNotFound || PartitionAnswer.IsSilence(none))
            {
                missing = none;
            }
        }

        throw missing!;
    }

    private async ValueTask<SlotMap> SlotsAsync(PartitionTarget target, QueueName queue, CancellationToken cancellation)
    {
        using CancellationTokenSource late = new(calls.Patience, calls.Time);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            Connection connection = await target.ConnectionAsync(calls.Patience, end.Token).ConfigureAwait(false);
            V1.OpenQueue open = new() { Queue = queue.Value, Slots = true };
            V1.ServerFrame answer = await connection.RequestAsync(new V1.ClientFrame { OpenQueue = open }, end.Token).ConfigureAwait(false);
            return RouteFrames.TryRead(answer.QueueOpened?.Slots, out SlotMap? map)
                ? map
                : throw new ForewaveException(ErrorCode.FrameBroken, $"The slots of queue {queue} cannot be read.");
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new ForewaveException(ErrorCode.Timeout, $"The slots of queue {queue} were not told within {calls.Patience}.");
        }
    }
}
