using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Reading;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// Chooses what goes into a group's next frame and takes it from its sources. Whole runs go at once where they fit; a filter, or
/// a frame that is nearly full, walks messages. For the loop alone.
/// </summary>
internal sealed class FrameFilling(GroupDelivery group)
{
    private const int MessagesScannedPerFrame = 20_000;
    private const int BuriedPerFrame = 1_000;
    private const int FilteredPerRecord = 8_192;

    private readonly List<ReadyRun> _taken = [];
    private readonly FrameNotes _notes = new(group);
    private DeliveryFrame _frame = null!;
    private Subscription _subscription = null!;
    private long _scanBefore;

    /// <summary>What is known of ordering keys and expiry since: to be recorded together with the frame.</summary>
    public FrameNotes Notes => _notes;

    /// <summary>About how many messages could be handed out now.</summary>
    public long Available => Cursor.Ready + (group.Queue.End - group.ScanOffset) + group.State.Dead.RedriveCount;

    private Cursor Cursor => group.State.Cursor;

    private KeyScan Keys => _notes.Keys;

    private ExpiryScan Expiry => _notes.Expiry;

    private OffsetSpan Unread => new() { First = group.ScanOffset, End = group.Queue.End };

    /// <summary>Fills a frame. True: it stopped for having looked at enough, not for want of messages.</summary>
    public bool Fill(DeliveryFrame frame, Subscription subscription)
    {
        Begin(frame, subscription);
        FillAgain();
        // It leaves when its record is committed: first deliveries in it would come after those of later frames.
        if (frame.HasRedrivenAgain)
            return true;
        bool more = group.Limit.HasRoom() && FillFirst();
        if (frame.IsEmpty && !more && !_notes.Any)
            more = FillRedriven();
        return more | !Expiry.HasRoom;
    }

    /// <summary>Begins a frame with nothing in it.</summary>
    public void Begin(DeliveryFrame frame, Subscription subscription)
    {
        _frame = frame;
        _subscription = subscription;
        _taken.Clear();
        _scanBefore = group.ScanOffset;
        _notes.Begin(subscription.AtMostOnce);
    }

    /// <summary>The frame was not sent: what it took is there again.</summary>
    public void PutBack()
    {
        foreach (var run in _taken)
            Cursor.PutBackReady(run.First, run.Count);
        group.ScanOffset = _scanBefore;
        _notes.Clear();
    }

    private void FillAgain()
    {
        while (_frame.HasRoom && Expiry.HasRoom && Cursor.TryTakeReady(_frame.RoomMessages, out var run))
        {
            int done = 0;
            for (int added = 1; added > 0 && done < run.Count && _frame.HasRoom; done += added)
                added = AddAgain(run, done);
            if (done > 0)
                _taken.Add(run with { Count = done });
            if (done == run.Count)
                continue;
            Cursor.PutBackReady(run.First + done, run.Count - done);
            return;
        }
    }

    /// <summary>Adds messages of a ready run from a place in it on; returns how many are dealt with, 0: none for now.</summary>
    private int AddAgain(in ReadyRun run, int done)
    {
        long offset = run.First + done;
        bool isRedriven = group.State.Dead.TryPlaceOf(offset, out long place);
        // A frame with redriven messages waits for its record: others would wait with it, past their leases and their time.
        if (!_frame.IsEmpty && isRedriven != _frame.HasRedrivenAgain)
            return 0;
        if (isRedriven)
            return AddRedriven(place, new RecordRun(offset, 1, run.Attempt), again: true) ? 1 : 0;
        if (!group.Again.TryGet(new OffsetSpan { First = offset, End = group.Queue.End }, out var view))
            return 0;
        int most = group.State.Dead.AnyHandedOut ? 1 : run.Count - done;
        if (view.Damaged)
        {
            group.Burials.Unreadable(offset);
            return 1;
        }
        bool isOver = false;
        if (Expiry.Concerns(view))
            most = Expiry.LikeFirst(view, most, out isOver);
        if (!isOver)
            return AddSlice(view, most, run.Attempt, again: true);
        if (Expiry.Buries)
            group.Burials.Outlived(offset, most);
        else
            Expiry.Add(offset, most);
        return most;
    }

    private bool FillFirst()
    {
        int scanned = 0;
        long end = group.Queue.End;
        while (_frame.HasRoom && scanned < MessagesScannedPerFrame && _notes.HasRoom)
        {
            long offset = group.ScanOffset = Keys.Next(Unread);
            int mayHave = group.Loop.Setting.MaxUnsettled - Cursor.Unsettled - _frame.Messages - Keys.Held;
            if (offset >= end || mayHave <= 0 || !group.First.TryGet(Unread, out var view))
                return RecordFiltered();
            // What is known of these messages already, their keys apart, ends with the run: the next one may have keys.
            long known = Math.Min(Cursor.Ahead.NextUnknown(Unread), offset + view.Count);
            if (known > offset && (view.Damaged || !view.MayHaveKeys))
            {
                group.ScanOffset = known;
                continue;
            }
            if (view.Damaged)
            {
                if (!_frame.IsEmpty || _notes.Any || !TrySkip(view))
                    return true;
                continue;
            }
            bool expires = Expiry.Concerns(view);
            if (expires && Expiry.Buries && IsFirstOver(view))
            {
                if (!_frame.IsEmpty || _notes.Any || !group.Burials.TryBuryUnread(view))
                    return true;
                group.ScanOffset++;
                scanned += MessagesScannedPerFrame / BuriedPerFrame;
                continue;
            }
            bool keyed = view.MayHaveKeys;
            int most = keyed ? mayHave : (int)Math.Min(Cursor.Ahead.NextKnown(Unread) - offset, mayHave);
            uint attempt = Cursor.Recalled.NextAttempt(offset, ref most);
            bool all = !keyed && !expires && group.State.Options.Filter.TakesAll;
            int passed = all ? AddSlice(view, most, attempt, again: false) : AddMatching(view, most, attempt);
            if (passed == 0)
                return false;
            group.ScanOffset += passed;
            scanned += all ? 0 : passed;
        }
        return scanned >= MessagesScannedPerFrame | !_notes.HasRoom | RecordFiltered();
    }

    /// <summary>The first message of a run expired, the filter takes it, and nobody has it.</summary>
    private bool IsFirstOver(in RunView view)
    {
        var walk = new MessageRun(view.Messages.Span);
        return walk.MoveNext() && Cursor.WasNeverHandedOut(view.First) && Takes(walk.Current) && Expiry.IsOver(view, walk.Current);
    }

    /// <summary>The group's filter takes a message.</summary>
    public bool Takes(ReadOnlySpan<byte> message) =>
        group.State.Options.Filter.TakesAll || group.State.Options.Filter.Matches(MessageReader.ReadTag(message));

    /// <summary>Puts down how far the filter passed messages over, so that a restart need not look at them again.</summary>
    private bool RecordFiltered()
    {
        if (_frame.IsEmpty && !_notes.Any && group.ScanOffset - Cursor.ReadOffset >= FilteredPerRecord)
            TryMove(group.ScanOffset, new CursorMovedRecord(MoveReason.Filtered));
        return false;
    }

    private bool TrySkip(in RunView view)
    {
        long end = Cursor.Ahead.NextKnown(OffsetSpan.Of(view.First, view.Count));
        long missed = end - view.First;
        if (!TryMove(end, new CursorMovedRecord(MoveReason.Damaged) { Missed = missed }))
            return false;
        group.Loop.Log.Unreadable(view.First, group.Queue.Id, missed, view.IsPlaced ? $"{view.PositionOf(view.First)}" : "unknown, its record's head rotted too or was moved");
        group.Loop.Metrics.Missed(missed, MoveReason.Damaged);
        return true;
    }

    private bool TryMove(long offset, CursorMovedRecord record)
    {
        var payload = group.Loop.Payload;
        payload.Clear();
        record.Write(payload);
        return group.TryRecord(group.Draft(RecordType.CursorMoved, offset));
    }

    /// <summary>Adds messages from the front of a view; returns how many, 0: the next one does not fit.</summary>
    public int AddSlice(in RunView view, int most, uint attempt, bool again)
    {
        int count = Math.Min(Math.Min(view.Count, most), _frame.RoomMessages);
        var messages = view.Messages;
        if (count < view.Count || messages.Length > _frame.RoomBytes)
            messages = messages[..Cut(messages.Span, ref count)];
        if (count > 0)
            _frame.Add(Head(view, view.First, attempt), messages, new RecordRun(view.First, count, attempt), again);
        return count;
    }

    /// <summary>How many bytes the front messages have that fit; the first always does when the frame is empty.</summary>
    private int Cut(ReadOnlySpan<byte> messages, ref int count)
    {
        var walk = new MessageRun(messages);
        int byteCount = 0;
        int taken = 0;
        while (taken < count && walk.MoveNext())
        {
            if (walk.Position > _frame.RoomBytes && !(taken == 0 && _frame.IsEmpty))
                break;
            byteCount = walk.Position;
            taken++;
        }
        count = taken;
        return byteCount;
    }

    /// <summary>
    /// Adds what of the front of a view the filter takes, what has not expired, and what no other message of its key keeps
    /// waiting; returns how many messages were looked at.
    /// </summary>
    private int AddMatching(in RunView view, int most, uint attempt)
    {
        bool keyed = view.MayHaveKeys;
        bool expires = Expiry.Concerns(view);
        var walk = new MessageRun(view.Messages.Span);
        var part = default(MessagePart);
        int seen = 0;
        int seenBytes = 0;
        int filtered = 0;
        for (int limit = Math.Min(view.Count, most); seen < limit && walk.MoveNext(); seen++, seenBytes = walk.Position)
        {
            bool matches = Takes(walk.Current);
            bool isOver = expires && matches && Cursor.WasNeverHandedOut(view.First + seen) && Expiry.IsOver(view, walk.Current);
            if (isOver && (Expiry.Buries || !Expiry.HasRoom))
                break;
            var longer = part.Count > 0 ? part : new MessagePart { From = seen, FromByte = seenBytes };
            longer = longer with { Count = longer.Count + 1, EndByte = walk.Position };
            if (matches && !isOver && !HasRoomFor(longer) || keyed && !Keys.HasRoom)
                break;
            if (matches && !isOver && (!keyed || Keys.MayGo(view.First + seen, walk.Current)))
            {
                part = longer;
                continue;
            }
            if (isOver)
                Expiry.Add(view.First + seen, 1);
            filtered += matches ? 0 : 1;
            AddPart(view, part, attempt);
            part = default;
        }
        AddPart(view, part, attempt);
        group.Loop.Metrics.Filtered(filtered);
        return seen;
    }

    /// <summary>Part of a view fits.</summary>
    public bool HasRoomFor(in MessagePart part) =>
        part.Count <= _frame.RoomMessages && (part.EndByte - part.FromByte <= _frame.RoomBytes || _frame.IsEmpty && part.Count == 1);

    /// <summary>Adds part of a view that fits; nothing where it is empty.</summary>
    public void AddPart(in RunView view, in MessagePart part, uint attempt, bool again = false)
    {
        if (part.Count == 0)
            return;
        long first = view.First + part.From;
        var run = new RecordRun(first, part.Count, attempt);
        _frame.Add(Head(view, first, attempt), view.Messages[part.FromByte..part.EndByte], run, again);
    }

    private DeliveredRunHeader Head(in RunView view, long first, uint attempt) => new()
    {
        First = new Offset(group.Queue.Band.OnWire(first)),
        FirstPosition = view.PositionOf(first),
        PublishTimeMilliseconds = view.PublishTime,
        Attempt = new Attempt(attempt),
        Epoch = group.Loop.Store.Epoch,
        VisibilityTimeout = _subscription.LeaseLength,
        ProducerName = group.Loop.Setting.Producers.NameOf(view.Header.Source),
    };

    private bool FillRedriven()
    {
        long last = 0;
        while (_frame.HasRoom && Keys.HasRoom && group.State.Dead.NextRedrive(Unread, last) is { } place)
        {
            if (!AddRedriven(place, new RecordRun(0, 1, 1) { Place = place }, again: false))
                return false;
            last = place;
        }
        return !Keys.HasRoom;
    }

    /// <summary>Adds one message from the dead letters; false: it does not fit, or is not here yet.</summary>
    private bool AddRedriven(long place, RecordRun run, bool again)
    {
        if (!group.Dead.TryGet(new OffsetSpan { First = place, End = group.State.Dead.End }, out var view))
            return false;
        if (!DeadLetterRecord.TryRead(view, out var letter))
        {
            if (again)
                group.Burials.Unreadable(run.First);
            else
                group.Burials.UnreadableLetter(place);
            return again;
        }
        if (!_frame.IsEmpty && letter.Message.Length > _frame.RoomBytes)
            return false;
        if (!again && !Keys.MayGo(place, new Offset(letter.Offset), MessageOf(letter)))
            return true;
        var head = new DeliveredRunHeader
        {
            First = new Offset(group.Queue.Band.OnWire(letter.Offset)),
            FirstPosition = letter.Position,
            PublishTimeMilliseconds = letter.PublishTime,
            Attempt = new Attempt(run.Attempt),
            Epoch = group.Loop.Store.Epoch,
            VisibilityTimeout = _subscription.LeaseLength,
            ProducerName = group.Loop.Setting.Producers.NameOf(letter.Producer),
            IsRedriven = true,
        };
        _frame.Add(head, letter.Message, run with { First = letter.Offset }, again);
        return true;
    }

    /// <summary>The encoded message of a dead letter without its tag and length.</summary>
    private static ReadOnlySpan<byte> MessageOf(DeadLetterRecord letter)
    {
        var walk = new MessageRun(letter.Message.Span);
        return walk.MoveNext() ? walk.Current : default;
    }
}
