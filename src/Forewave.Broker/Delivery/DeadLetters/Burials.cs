using System.Text;
using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Keys;
using Forewave.Broker.Delivery.Leases;
using Forewave.Broker.Delivery.Reading;
using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>
/// Messages of one group on their way to its dead letters: each waits for its bytes, which the dead letter gets a copy of. Not
/// in checkpoints: after a restart the last lease runs again, or the consumer rejects again, since nobody answered it. For the
/// loop alone.
/// </summary>
internal sealed class Burials(GroupDelivery group)
{
    /// <summary>Attempts that a dead letter tells: the newest, where it was redriven again and again.</summary>
    private const int MostAttempts = 200;

    private const string LastExpired = "the lease of the last attempt expired";
    private const string GivenUp = "given up when its key was resumed";
    private const string TooLate = "expired";
    private const string Rotted = "its bytes cannot be read any more";

    private readonly Queue<Burial> _waiting = new();
    private long _badLetter;

    /// <summary>Something waits.</summary>
    public bool Any => _waiting.Count > 0 || _badLetter > 0;

    /// <summary>The last lease of a message expired.</summary>
    public void Expired(long offset, uint attempt) => _waiting.Enqueue(new Burial(offset, LastExpired, null));

    /// <summary>A message was rejected, or nacked after its last attempt.</summary>
    public void Add(long offset, string reason, SettleRequest request)
    {
        group.State.Cursor.MarkDying(offset);
        request.Open();
        _waiting.Enqueue(new Burial(offset, reason, request));
    }

    /// <summary>Somebody gives a parked message up: its key goes on without it.</summary>
    public void GiveUp(long offset)
    {
        group.State.Cursor.MarkDying(offset);
        _waiting.Enqueue(new Burial(offset, GivenUp, null) { IsFinal = true });
        group.HasDemand();
    }

    /// <summary>Messages that are to be handed out again expired.</summary>
    public void Outlived(long first, int count)
    {
        for (long offset = first; offset < first + count; offset++)
        {
            group.State.Cursor.MarkDying(offset);
            _waiting.Enqueue(new Burial(offset, TooLate, null) { IsFinal = true, IsOutlived = true });
        }
        group.HasDemand();
    }

    /// <summary>The first message of a run expired before the group met it. False: no room for a record.</summary>
    public bool TryBuryUnread(in RunView view) => TryBury(
        new Burial(view.First, TooLate, null) { IsFinal = true, IsOutlived = true },
        new DeadLetterRecord
        {
            Offset = view.First, Reason = TooLate, DeathTime = group.Loop.Now, Position = view.PositionOf(view.First),
            PublishTime = view.PublishTime, Producer = view.Header.Source, History = [], Message = First(view),
        });

    /// <summary>The bytes of a message that is to be handed out again rotted.</summary>
    public void Unreadable(long offset)
    {
        group.State.Cursor.MarkDying(offset);
        _waiting.Enqueue(new Burial(offset, Rotted, null));
        group.HasDemand();
    }

    /// <summary>A dead letter that was redriven has no message any more.</summary>
    public void UnreadableLetter(long place)
    {
        _badLetter = place;
        group.HasDemand();
    }

    /// <summary>Buries what can be buried now. False: no room for a record.</summary>
    public bool TryRun()
    {
        if (_badLetter > 0)
        {
            if (!DeadLetterRecords.TryPurge(group, [PlaceRange.One(_badLetter)]))
                return false;
            _badLetter = 0;
        }
        while (_waiting.TryPeek(out var burial))
        {
            if (group.State.Cursor.IsDying(burial.Offset))
            {
                if (!TryRead(burial, out var letter))
                    return true;
                bool buried = TryBury(burial, letter);
                group.Again.EndFrame();
                group.Dead.EndFrame();
                if (!buried)
                    return false;
            }
            else
            {
                burial.Request?.Done();
            }
            _waiting.Dequeue();
        }
        return true;
    }

    /// <summary>The partition stopped: who waits hears so.</summary>
    public void Refuse(ErrorCode code)
    {
        while (_waiting.TryDequeue(out var burial))
            burial.Request?.Stopped(code);
    }

    /// <summary>The group is deleted: nobody is buried, who waits is told that it is done.</summary>
    public void Drop()
    {
        while (_waiting.TryDequeue(out var burial))
            burial.Request?.Done();
    }

    private bool TryRead(in Burial burial, out DeadLetterRecord letter)
    {
        letter = null!;
        if (group.State.Dead.TryPlaceOf(burial.Offset, out long place))
        {
            if (!group.Dead.TryGet(new OffsetSpan { First = place, End = group.State.Dead.End }, out var old))
                return false;
            bool isWhole = DeadLetterRecord.TryRead(old, out var before);
            letter = isWhole
                ? Letter(burial, before.Position, before.PublishTime, before.Producer, before.Message)
                : Letter(burial, LogPosition.None, 0, 0, default);
            // It died before: what led to that is a part of its history.
            if (isWhole)
                letter = letter with { History = [.. before.History.Concat(letter.History).TakeLast(MostAttempts)] };
            return true;
        }
        if (!group.Again.TryGet(new OffsetSpan { First = burial.Offset, End = group.Queue.End }, out var view))
            return false;
        letter = view.Damaged
            ? Letter(burial, LogPosition.None, 0, 0, default)
            : Letter(burial, view.PositionOf(burial.Offset), view.PublishTime, view.Header.Source, First(view));
        return true;
    }

    private DeadLetterRecord Letter(
        in Burial burial, LogPosition position, long publishTime, uint producer, ReadOnlyMemory<byte> message)
    {
        long now = group.Loop.Now;
        var cursor = group.State.Cursor;
        return new DeadLetterRecord
        {
            Offset = burial.Offset,
            Reason = burial.Reason,
            DeathTime = now,
            Position = position,
            PublishTime = publishTime,
            Producer = producer,
            History = burial.IsOutlived
                ? HistoryOf(burial.Offset, new Timestamp(now))
                : [.. cursor.Histories.Of(burial.Offset), cursor.LastAttempt(burial.Offset, new Timestamp(now), burial.Reason)],
            Message = message,
        };
    }

    /// <summary>The attempts of a message that did not die of the last one; that may have ended by time.</summary>
    private FailedAttempt[] HistoryOf(long offset, Timestamp now)
    {
        var cursor = group.State.Cursor;
        var last = cursor.LastAttempt(offset, now, FailedAttempt.Expired);
        return last.Consumer.Length > 0 ? [.. cursor.Histories.Of(offset), last] : [.. cursor.Histories.Of(offset)];
    }

    private static ReadOnlyMemory<byte> First(in RunView view)
    {
        var walk = new MessageRun(view.Messages.Span);
        return walk.TrySlice(1, out int byteCount) ? view.Messages[..byteCount] : default;
    }

    private bool TryBury(in Burial burial, DeadLetterRecord letter)
    {
        bool parks = group.State.Options.OnFailure == FailurePolicy.Park && !burial.IsFinal && !letter.Message.IsEmpty;
        if (parks && KeyOf(letter) is { IsNone: false } key)
            return TryNote(burial.Offset, key) && TryPark(burial, letter);
        var payload = group.Loop.Payload;
        payload.Clear();
        letter.Write(payload);
        if (!group.TryRecord(group.Draft(RecordType.DeadLettered, burial.Offset, burial.Request)))
            return false;
        group.Loop.Metrics.DeadLettered();
        if (burial.IsOutlived)
        {
            group.Loop.Metrics.Outlived(1, ExpiredPolicy.DeadLetter);
            return true;
        }
        group.Loop.Log.DeadLettered(burial.Offset, group.State.Identity, letter.History[^1].Attempt);
        return true;
    }

    private static OrderingKeyHash KeyOf(DeadLetterRecord letter)
    {
        var walk = new MessageRun(letter.Message.Span);
        return walk.MoveNext() ? OrderingKeyHash.OfMessage(walk.Current) : OrderingKeyHash.None;
    }

    /// <summary>
    /// A message that is out by a handle of an earlier epoch may not be known to have its key. False: no room for a record.
    /// </summary>
    private bool TryNote(long offset, OrderingKeyHash key)
    {
        var cursor = group.State.Cursor;
        if (cursor.IsKeyed(offset))
            return true;
        var payload = group.Loop.Payload;
        payload.Clear();
        KeysNotedRecord.Write([new KeyNote(offset, key)], payload);
        return group.TryRecord(group.Draft(RecordType.KeysNoted, cursor.ReadOffset));
    }

    /// <summary>The message stays where it is, and all that follows it in its key.</summary>
    private bool TryPark(in Burial burial, DeadLetterRecord letter)
    {
        var walk = new MessageRun(letter.Message.Span);
        string key = walk.MoveNext() ? Encoding.UTF8.GetString(OrderingKeyReader.Read(walk.Current)) : "";
        var payload = group.Loop.Payload;
        payload.Clear();
        new ParkedRecord { Time = letter.DeathTime, Key = key, Reason = burial.Reason }.Write(payload);
        if (!group.TryRecord(group.Draft(RecordType.Parked, burial.Offset, burial.Request)))
            return false;
        group.Loop.Metrics.Parked(1);
        group.Loop.Log.KeyParked(group.State.Identity, burial.Offset, letter.History[^1].Attempt);
        return true;
    }
}
