using Forewave.Broker.Sessions;
using Forewave.Protocol;

namespace Forewave.Broker.Queues;

/// <summary>Deletes a queue with all that belongs to it: its groups, its messages, what is scheduled for it.</summary>
internal static class QueueDeletion
{
    /// <summary>Completes when that is committed.</summary>
    /// <exception cref="RefusedException">QueueNotFound, and what the store refuses.</exception>
    public static async Task RunAsync(SessionParts parts, QueueName name, CancellationToken cancellation)
    {
        var queue = await parts.Queues.DeleteAsync(name, cancellation);
        await parts.Store.CommittedAsync();
        await parts.Delivery.Administration.CloseQueueAsync(queue).WaitAsync(cancellation);
        await parts.Scheduling.CloseAsync(queue);
    }
}
