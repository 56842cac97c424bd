using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Outcomes;

/// <summary>
/// All who wait for outcomes of messages in the queues of one loop, by index and group; the group need not exist. Nothing polls: a
/// wait is looked at when it comes, when a record touches its message, when its group is made, and at its end. Not in checkpoints:
/// who waits asks again. For the loop alone.
/// </summary>
internal sealed class LoopOutcomes(DeliveryLoop loop)
{
    private readonly Dictionary<(uint Index, GroupName Group), GroupOutcomes> _groups = [];

    /// <summary>Answers at once, or as soon as there is an answer, at the latest after a time.</summary>
    public void Add(OutcomeWait wait, TimeSpan longest)
    {
        if (!_groups.TryGetValue(KeyOf(wait), out var waits))
            waits = new GroupOutcomes(loop);
        var group = Find(wait);
        if (wait.TryEnd(loop, group))
            return;
        if (longest <= TimeSpan.Zero)
        {
            wait.GiveUp(group);
            return;
        }
        wait.IsPending = true;
        waits.Add(wait);
        _groups[KeyOf(wait)] = waits;
        if (group?.PartIn(PriorityBand.OfIndex(wait.Message.Index)) is { } part)
            part.Outcomes = waits;
        loop.Deadlines.Add(wait, default, loop.Deadlines.In(longest));
    }

    /// <summary>A wait has its answer, or gets none.</summary>
    public void Remove(OutcomeWait wait)
    {
        wait.IsPending = false;
        if (!_groups.TryGetValue(KeyOf(wait), out var waits))
            return;
        waits.Remove(wait);
        if (!waits.IsEmpty)
            return;
        _groups.Remove(KeyOf(wait));
        if (Find(wait)?.PartIn(PriorityBand.OfIndex(wait.Message.Index)) is { } part)
            part.Outcomes = null;
    }

    /// <summary>A wait ends as things are: its time is over, or nobody waits any more.</summary>
    public void End(OutcomeWait wait)
    {
        if (!wait.IsPending)
            return;
        Remove(wait);
        wait.GiveUp(Find(wait));
    }

    /// <summary>A group, or its part in a band, lives from now on.</summary>
    public void Begun(GroupDelivery group)
    {
        if (_groups.Count == 0)
            return;
        group.Outcomes = _groups.GetValueOrDefault((group.Queue.Id, group.State.Identity.Name));
        uint queue = PriorityBand.QueueOf(group.Queue.Id);
        var waits = _groups.Where(one => PriorityBand.QueueOf(one.Key.Index) == queue && one.Key.Group == group.State.Identity.Name)
            .SelectMany(static one => one.Value.All).ToArray();
        foreach (var wait in waits)
        {
            if (wait.TryEnd(loop, group.Main))
                Remove(wait);
        }
    }

    /// <summary>A queue was deleted.</summary>
    public void Closed(uint queue)
    {
        foreach (var wait in All.Where(wait => PriorityBand.QueueOf(wait.Message.Index) == queue).ToArray())
        {
            Remove(wait);
            wait.Refuse(ErrorCode.QueueNotFound);
        }
    }

    /// <summary>The partition stopped: who waits hears so.</summary>
    public void Refuse(ErrorCode code)
    {
        foreach (var wait in All.ToArray())
        {
            Remove(wait);
            wait.Refuse(code);
        }
    }

    private IEnumerable<OutcomeWait> All => _groups.Values.SelectMany(static waits => waits.All);

    private GroupDelivery? Find(OutcomeWait wait) => loop.Queues.Find(PriorityBand.QueueOf(wait.Message.Index))?.Find(wait.Group);

    private static (uint Index, GroupName Group) KeyOf(OutcomeWait wait) => (wait.Message.Index, wait.Group);
}
