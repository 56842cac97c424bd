using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>
/// Lets groups read again: from somewhere else on. For any thread. What is changed is committed when a call comes back; refusals
/// are <see cref="ForewaveException"/>s.
/// </summary>
internal sealed class GroupRewinding(DeliveryLoops loops)
{
    /// <summary>Lets a group begin anew somewhere, or says what that would mean.</summary>
    public async Task<ResetResult> ResetAsync(QueueEntry queue, GroupName name, ResetRequest request)
    {
        var found = request.To.Kind == StartKind.Time ? await FindAsync(queue, new Timestamp(request.To.Value)) : null;
        return await Call<ResetResult>(queue, (loop, call) =>
        {
            var group = DeliveryAdministration.Find(loop, queue, name);
            int consumers = group.Subscriptions.All.Count;
            if (consumers > 0 && request is { Force: false, DryRun: false })
                throw new ForewaveException(ErrorCode.GroupHasConsumers, $"The group has {consumers} consumers. Stop them, or force it.");
            if (!group.TryMakeParts())
                return false;
            var reset = Prepare(group, request.To, found);
            if (!request.DryRun)
            {
                if (!reset.TryDo(loop))
                    return false;
                loop.Log.GroupReset(group.State.Identity, reset.Counts);
                loop.Metrics.Reset(reset.Counts);
            }
            return call.CompleteCommitted(loop, new ResetResult(reset.Counts, consumers, DeliveryAdministration.DetailsOf(group)));
        });
    }

    private static GroupReset Prepare(GroupDelivery group, StartPoint to, StartSearch? found)
    {
        var reset = new GroupReset();
        if (to.Kind == StartKind.Offset)
        {
            var part = group.PartIn(PriorityBand.OfOffset(to.Value));
            long offset = PriorityBand.InBand(to.Value);
            if (part is null || offset < part.Queue.Lowest || offset > part.Queue.End)
                throw new ForewaveException(ErrorCode.ResetTargetInvalid, $"{to.Value} is no offset of the queue now, nor its next one.");
            reset.Add(part, offset);
            return reset;
        }
        foreach (var part in group.Parts)
            reset.Add(part, part.Queue.StartOffset(to, found));
        return reset;
    }

    private Task<T> Call<T>(QueueEntry queue, Func<DeliveryLoop, LoopCall<T>, bool> body)
    {
        var call = new LoopCall<T>(body);
        loops.Of(queue.Id).Post(call);
        return call.Answer;
    }

    private async Task<StartSearch> FindAsync(QueueEntry queue, Timestamp time)
    {
        var loop = loops.Of(queue.Id);
        if (time.UnixMilliseconds > loop.Now)
            throw new ForewaveException(ErrorCode.ResetTargetInvalid, "The time has not come yet.");
        return await StartSearch.RunAsync(loop.Store, queue.Id, time);
    }
}
