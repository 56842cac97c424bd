using Forewave.Broker.Delivery;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Queues;
using Forewave.Protocol;

namespace Forewave.Broker.Quotas;

/// <summary>Counts the messages of a queue that its slowest group is not done with; without a group, all that it keeps.</summary>
internal sealed class CountLengthCommand(QueueEntry entry) : IDeliveryCommand
{
    /// <inheritdoc/>
    public bool Run(DeliveryLoop loop)
    {
        LengthMark mark = new(entry.Length.Taken);
        entry.Length.Counted(loop.Queues.Find(entry.Id) is { } queue ? CountOf(queue) : 0, mark);
        return true;
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop loop, ErrorCode code) => entry.Length.Counted(0, new LengthMark(entry.Length.Taken));

    private static long CountOf(QueueDelivery queue) => queue.GroupCount == 0
        ? KeptBy(queue) + queue.Bands.Sum(KeptBy)
        : queue.Groups.Max(CountOf);

    // A part that was not made yet has met nothing of its band.
    private static long CountOf(GroupDelivery group) =>
        group.Parts.Sum(static part => part.Queue.End - part.ScanOffset + part.State.Cursor.Unsettled)
        + group.Queue.Bands.Where(band => band.Find(group.State.Identity.Name) is null).Sum(KeptBy);

    private static long KeptBy(QueueDelivery queue) => queue.End - queue.Lowest;
}
