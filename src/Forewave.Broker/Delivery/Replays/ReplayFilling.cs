using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Reading;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Delivery.Replays;

/// <summary>
/// Fills frames with what comes to a group once more: settled messages of the replay's range, in offset order. What is not settled
/// when the replay comes to it comes anyway, dead letters have their redrive, what the filter passes over or has expired does not come:
/// all of it is passed over. For the loop alone.
/// </summary>
internal sealed class ReplayFilling(GroupDelivery group, FrameFilling filling)
{
    private const int MessagesScannedPerFrame = 20_000;

    private readonly SortedSet<long> _dead = [];
    private DeliveryFrame _frame = null!;
    private long _next;
    private long _passedOver;

    /// <summary>Something is left.</summary>
    public bool IsRunning => group.State.Replay?.IsRunning == true;

    /// <summary>How many messages that is, at most.</summary>
    public long Left => group.State.Replay is { IsRunning: true } replay ? replay.End - replay.Next : 0;

    /// <summary>Bytes that were looked at for the frame.</summary>
    public long Bytes { get; private set; }

    /// <summary>
    /// Fills a frame; what is to be recorded with it stands in the notes. True: it stopped for having looked at enough, not for want
    /// of messages.
    /// </summary>
    public bool Fill(DeliveryFrame frame, Subscription subscription)
    {
        filling.Begin(frame, subscription);
        _frame = frame;
        var replay = group.State.Replay!;
        long lowest = Math.Min(Math.Max(replay.Next, group.Queue.Lowest), replay.End);
        (_next, _passedOver, Bytes) = (lowest, lowest - replay.Next, 0);
        bool more = group.Limit.HasRoom() && Fill(replay.End);
        if (_next > replay.Next)
            (filling.Notes.Replayed, filling.Notes.PassedOver) = (new OffsetSpan { First = replay.Next, End = _next }, _passedOver);
        return more;
    }

    private bool Fill(long end)
    {
        long stop = Math.Min(end, _next + MessagesScannedPerFrame);
        _dead.Clear();
        group.State.Dead.AddDead(new OffsetSpan { First = _next, End = stop }, _dead);
        while (_frame.HasRoom && filling.Notes.HasRoom && _next < stop)
        {
            int mayHave = group.Loop.Setting.MaxUnsettled - group.State.Cursor.Unsettled - _frame.Messages - filling.Notes.Keys.Held;
            if (mayHave <= 0 || !group.Replayed.TryGet(new OffsetSpan { First = _next, End = end }, out var view))
                return false;
            int most = (int)Math.Min(Math.Min(view.Count, stop - _next), mayHave);
            if (!view.Damaged)
                most = Add(view, most);
            else
                _passedOver += most;
            if (most == 0)
                return false;
            _next += most;
        }
        return _next < end && (_next == stop || !filling.Notes.HasRoom);
    }

    /// <summary>Deals with the front of a view; returns how many messages, 0: the next one does not fit.</summary>
    private int Add(in RunView view, int most)
    {
        var span = OffsetSpan.Of(view.First, most);
        int other = (int)(NextOther(span) - view.First);
        if (other == 0)
            return PassOver(span);
        if (view.MayHaveKeys || !group.State.Options.Filter.TakesAll || filling.Notes.Expiry.Concerns(view))
            return AddMatching(view, other);
        long before = _frame.MessageBytes;
        int added = filling.AddSlice(view, other, attempt: 1, again: true);
        Bytes += _frame.MessageBytes - before;
        return added;
    }

    /// <summary>The first offset that is unsettled or dead; the span's end when there is none.</summary>
    private long NextOther(OffsetSpan span)
    {
        long unsettled = group.State.Cursor.NextUnsettled(span);
        long dead = _dead.Count == 0 ? span.End : _dead.GetViewBetween(span.First, span.End).Min;
        return dead == 0 ? unsettled : Math.Min(unsettled, dead);
    }

    private int PassOver(OffsetSpan span)
    {
        int count = 0;
        while (span.First + count < span.End && (_dead.Contains(span.First + count) || group.State.Cursor.IsUnsettled(span.First + count)))
            count++;
        _passedOver += count;
        return count;
    }

    private int AddMatching(in RunView view, int most)
    {
        var notes = filling.Notes;
        bool expires = notes.Expiry.Concerns(view);
        var walk = new MessageRun(view.Messages.Span);
        var part = default(MessagePart);
        int seen = 0;
        int seenBytes = 0;
        for (; seen < most && walk.MoveNext(); seen++, seenBytes = walk.Position)
        {
            bool comes = filling.Takes(walk.Current) && !(expires && notes.Expiry.IsOver(view, walk.Current));
            var longer = part.Count > 0 ? part : new MessagePart { From = seen, FromByte = seenBytes };
            longer = longer with { Count = longer.Count + 1, EndByte = walk.Position };
            if (comes && !filling.HasRoomFor(longer) || view.MayHaveKeys && !notes.Keys.HasRoom)
                break;
            if (comes && (!view.MayHaveKeys || notes.Keys.MayGoAgain(view.First + seen, walk.Current)))
            {
                part = longer;
                continue;
            }
            _passedOver += comes ? 0 : 1;
            filling.AddPart(view, part, attempt: 1, again: true);
            part = default;
        }
        filling.AddPart(view, part, attempt: 1, again: true);
        Bytes += seenBytes;
        return seen;
    }
}
