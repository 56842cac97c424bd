using System.Diagnostics.CodeAnalysis;
using Forewave.Broker.Delivery.Groups;

namespace Forewave.Broker.Delivery;

/// <summary>The groups of a loop that have something to hand out, each once, in the order of their turns. For the loop alone.</summary>
internal sealed class GroupTurns
{
    private readonly Queue<GroupDelivery> _waiting = new();

    /// <summary>Somebody waits.</summary>
    public bool Any => _waiting.Count > 0;

    /// <summary>How many wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Puts a group at the end, unless it waits already.</summary>
    public void Add(GroupDelivery group)
    {
        if (group.WaitsForTurn)
            return;
        group.WaitsForTurn = true;
        _waiting.Enqueue(group);
    }

    /// <summary>Takes the first.</summary>
    public bool TryTake([MaybeNullWhen(false)] out GroupDelivery group)
    {
        if (!_waiting.TryDequeue(out group))
            return false;
        group.WaitsForTurn = false;
        return true;
    }
}
