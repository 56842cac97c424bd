using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Commands;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Queues;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Outcomes;

/// <summary>Asks the loops what became of messages. For any thread.</summary>
internal sealed class OutcomeAdministration(DeliveryLoops loops)
{
    /// <summary>What became of a message in each group of its queue, oldest group first; committed when it is told.</summary>
    public Task<IReadOnlyList<GroupMessage>> ShowAsync(QueueEntry queue, IndexedMessage message) =>
        CallAsync<IReadOnlyList<GroupMessage>>(loops.Of(queue.Id), (loop, call) =>
        {
            IReadOnlyList<GroupDelivery> groups = loop.Queues.Find(queue.Id)?.Groups ?? [];
            return call.CompleteCommitted(loop, groups.Select(group => MessageStates.Of(group, message)).ToArray());
        });

    /// <summary>Waits for what becomes of a message; cancelled, it ends as things are.</summary>
    public async Task<OutcomeAnswer> AwaitAsync(OutcomeWait wait, TimeSpan longest, CancellationToken cancellation)
    {
        var loop = loops.Of(wait.Message.Index);
        loop.Post(new AwaitOutcomeCommand(wait, longest));
        await using var ending = cancellation.Register(() => loop.Post(new EndOutcomeCommand(wait)));
        return await wait.Answer;
    }

    /// <summary>The groups of a queue by their numbers, with the numbers of their parts in bands of priority.</summary>
    public Task<IReadOnlyDictionary<uint, GroupName>> NamesAsync(QueueEntry queue) =>
        CallAsync<IReadOnlyDictionary<uint, GroupName>>(loops.Of(queue.Id), (loop, call) =>
        {
            IReadOnlyList<GroupDelivery> groups = loop.Queues.Find(queue.Id)?.Groups ?? [];
            return call.Complete(groups.SelectMany(static group => group.Parts)
                .ToDictionary(static part => part.State.Identity.Id, static part => part.State.Identity.Name));
        });

    /// <summary>Lets go what of a queue's trace is older than its messages may be.</summary>
    public Task ExpireTraceAsync(QueueEntry queue, Timestamp oldestKept) => ExpireAsync(queue, TraceIndex.Of(queue.Id), oldestKept);

    /// <summary>Lets go what of an index beside a queue is old.</summary>
    public async Task ExpireAsync(QueueEntry queue, uint index, Timestamp oldestKept)
    {
        var loop = loops.Of(queue.Id);
        var extent = loop.Store.Extent(index);
        if (extent.FirstRetained >= extent.End || extent.OldestTime.CompareTo(oldestKept) >= 0)
            return;
        var first = await loop.Store.FindByTimeAsync(index, oldestKept, CancellationToken.None);
        await CallAsync<bool>(loop, (owner, call) =>
        {
            // One offset beyond the end would take the whole index away.
            var end = owner.Store.Extent(index).End;
            owner.Store.Expire(index, first < end ? first : end);
            return call.Complete(true);
        });
    }

    /// <summary>Completes when everything that is committed up to a position is dispatched.</summary>
    public async Task DispatchedAsync(LogPosition position)
    {
        foreach (var loop in loops.All)
        {
            // The commit thread hands it over at any moment, if it did not already.
            while (!await CallAsync<bool>(loop, (owner, call) => call.Complete(owner.Dispatched >= position)))
                await Task.Yield();
        }
    }

    private static Task<T> CallAsync<T>(DeliveryLoop loop, Func<DeliveryLoop, LoopCall<T>, bool> body)
    {
        var call = new LoopCall<T>(body);
        loop.Post(call);
        return call.Answer;
    }
}
