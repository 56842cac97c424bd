using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;

namespace Forewave.Broker.Delivery.Outcomes;

/// <summary>Says what became of a message in a group, from the group's cursor. On the loop; changes nothing.</summary>
internal static class MessageStates
{
    /// <summary>The message in a group of its queue. Costs a look into the cursor, of a settled one a look at the dead letters.</summary>
    /// <param name="group">The group itself, not its part in a band.</param>
    /// <param name="message">The message; it is in the queue.</param>
    public static GroupMessage Of(GroupDelivery group, in IndexedMessage message)
    {
        // The part in a band is made when the group has its first turn after the band's first message.
        if (group.PartIn(PriorityBand.OfIndex(message.Index)) is not { } part)
            return Plain(group, Unread(group, message));
        var cursor = part.State.Cursor;
        if (cursor.IsUnsettled(message.Offset))
            return Unsettled(part, message.Offset);
        // Also where it has a dead letter: the group was reset, and it comes again.
        if (cursor.WasNeverHandedOut(message.Offset) && message.Offset >= part.ScanOffset)
            return Plain(group, Unread(group, message));
        if (part.State.Dead.IsBuried(message.Offset))
            return Plain(group, MessageState.Dead);
        if (part.State.Dead.FindPlace(message.Offset) is { } place)
            return Plain(group, DeadState(part, place)) with { DeadPlace = part.Queue.Band.OnWire(place) };
        return Plain(group, Takes(group, message) ? MessageState.Settled : MessageState.Filtered);
    }

    private static MessageState DeadState(GroupDelivery part, long place)
    {
        if (part.State.Dead.Bin.Contains(place))
            return MessageState.Purged;
        return part.State.Dead.Has(place) ? MessageState.Dead : MessageState.Redriven;
    }

    private static MessageState Unread(GroupDelivery group, in IndexedMessage message) =>
        Takes(group, message) ? MessageState.Unread : MessageState.Filtered;

    private static bool Takes(GroupDelivery group, in IndexedMessage message) => group.State.Options.Filter.Matches(message.Tag.Span);

    private static GroupMessage Plain(GroupDelivery group, MessageState state) =>
        new() { Group = group.State.Identity.Name, State = state };

    private static GroupMessage Unsettled(GroupDelivery part, long offset)
    {
        var cursor = part.State.Cursor;
        var block = cursor.Blocks.Find(offset >> CursorBlock.Shift)!;
        int place = (int)(offset & (CursorBlock.Size - 1));
        ulong bit = 1UL << place;
        var message = Plain(part, MessageState.Waiting) with { Attempt = block.AttemptsOf[place], History = [.. cursor.Histories.Of(offset)] };
        if ((block.Parked & bit) != 0 && cursor.Keys.FindParked(offset) is { } parked)
            return message with { State = MessageState.Parked, Since = parked.Time, Reason = parked.Reason };
        if ((block.Held & bit) != 0)
            return message with { State = MessageState.Held, Attempt = message.History.Count == 0 ? 0 : message.Attempt };
        if ((block.Ready & bit) != 0 && (block.Dying & bit) == 0)
            return message;
        if (((block.Leased | block.Waiting) & bit) == 0)
            return message;
        var hold = cursor.Holds[block.HoldsOf[place]];
        return hold.Kind == HoldKind.Wait ? message with { Until = hold.EndTime } : message with
        {
            State = MessageState.Leased,
            Consumer = cursor.Holds.ConsumerOf(hold).Name,
            Since = hold.SinceTime,
            Until = hold.EndTime,
        };
    }
}
