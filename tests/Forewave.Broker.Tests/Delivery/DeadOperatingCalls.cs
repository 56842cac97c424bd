using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Queues;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>What operators ask for most.</summary>
internal static class DeadOperatingCalls
{
    public static DeadOperationTerms Terms(DeadAction action, string filter = "") => new()
    {
        Action = action, Group = "g", Filter = filter, Client = "alice", Address = "192.0.2.7:4711", Reason = "mended",
    };

    public static async Task<long> RedriveAsync(this DeadOperating operating, QueueEntry queue, GroupName group, IReadOnlyList<long>? places) =>
        (await operating.DoAsync(queue, Terms(DeadAction.Redrive) with { Group = group.Value, Named = places is not null }, places)).Messages;

    public static async Task<long> PurgeAsync(this DeadOperating operating, QueueEntry queue, GroupName group, IReadOnlyList<long>? places) =>
        (await operating.DoAsync(queue, Terms(DeadAction.Purge) with { Group = group.Value, Named = places is not null }, places)).Messages;

    public static Task<DeadDone> UndoAsync(this DeadOperating operating, QueueEntry queue, ulong number) =>
        operating.UndoAsync(queue, Terms(DeadAction.Undo) with { Of = number });

    /// <summary>Does pages of an operation until it has ended; returns how many messages each touched, the last one excepted.</summary>
    public static async Task<List<long>> StepAllAsync(this DeadOperating operating, QueueEntry queue, int most)
    {
        List<long> pages = [];
        while ((await operating.RunningAsync(queue)).FirstOrDefault() is { } running)
        {
            if (await operating.StepAsync(queue, running, most) is { } messages)
                pages.Add(messages);
        }
        return pages;
    }
}
