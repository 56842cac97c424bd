using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling.Pending;

/// <summary>
/// All scheduled messages that are not out yet: 24 bytes of memory each, and about 16 for each key. Adding, removing, finding
/// what is due next and counting cost the same however many there are; finding by position or key costs a look into each block.
/// Changed by records alone. For whoever has the scheduler's turn.
/// </summary>
internal sealed class PendingMessages
{
    private readonly Dictionary<uint, PendingLane> _lanes = [];
    private readonly PriorityQueue<PendingPlace, DueTime> _out = new();
    private readonly Dictionary<uint, long> _counts = [];
    private readonly HashSet<uint> _closed = [];
    private readonly List<ushort> _scratch = [];
    private long _count;

    /// <summary>How many there are. For any thread.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>The lanes.</summary>
    public IReadOnlyCollection<PendingLane> Lanes => _lanes.Values;

    /// <summary>Those that were scheduled anew, with their first positions.</summary>
    public RescheduledPositions Rescheduled { get; } = new();

    /// <summary>The lane with a number; made when it is not known.</summary>
    public PendingLane Lane(LaneNumber number)
    {
        if (!_lanes.TryGetValue(number.Value, out var lane))
            _lanes.Add(number.Value, lane = new PendingLane(number));
        return lane;
    }

    /// <summary>The lane with a number, or null.</summary>
    public PendingLane? FindLane(LaneNumber number) => _lanes.GetValueOrDefault(number.Value);

    /// <summary>How many a queue has.</summary>
    public long CountOf(uint queue) => _counts.GetValueOrDefault(queue);

    /// <summary>The queue is there.</summary>
    public bool IsOpen(uint queue) => !_closed.Contains(queue);

    /// <summary>Adds a message. False: its place is known already.</summary>
    public bool TryAdd(PendingPlace place, in PendingMessage message)
    {
        if (!place.Lane.TryAdd(place.Place, message, out bool isOut))
            return false;
        Counted(message.Queue, 1);
        if (isOut)
            _out.Enqueue(place, new DueTime(message.Due, message.Position));
        return true;
    }

    /// <summary>A block was read from a checkpoint.</summary>
    public void Join(PendingLane lane, long block)
    {
        foreach (long place in lane.Join(block))
            _out.Enqueue(new PendingPlace(lane, place), TimeOf(lane.At(place)));
        var read = lane.BlockAt(block)!;
        for (int i = 0; i < read.Count; i++)
        {
            if (read.QueueAt(i) is > 0 and uint queue)
                Counted(queue, 1);
        }
    }

    /// <summary>The message at a place; null: it is gone, or its queue is.</summary>
    public PendingMessage? At(PendingPlace place) =>
        place.Lane.At(place.Place) is { Queue: > 0 } message && IsOpen(message.Queue) ? message : null;

    /// <summary>A message is not pending any more. False: it was not before.</summary>
    public bool Remove(PendingPlace place)
    {
        var message = place.Lane.At(place.Place);
        if (message.Queue == 0 || !place.Lane.Remove(place.Place))
            return false;
        Rescheduled.Remove(message.Position);
        Counted(message.Queue, -1);
        return true;
    }

    /// <summary>The pending message with an id; null: there is none.</summary>
    /// <param name="id">Log position of its publish.</param>
    public PendingPlace? Find(LogPosition id)
    {
        foreach (var position in Rescheduled.Of(id))
        {
            if (FindScheduledBy(position) is { } again)
                return again;
        }
        return FindScheduledBy(id);
    }

    /// <summary>A record says that a message is not pending any more as it was scheduled before the record.</summary>
    /// <param name="id">Log position of the message's publish.</param>
    /// <param name="record">The record's position.</param>
    public void RemoveBefore(LogPosition id, LogPosition record)
    {
        foreach (var position in Rescheduled.Of(id).ToArray())
        {
            if (position < record && FindScheduledBy(position) is { } again)
                Remove(again);
        }
        if (FindScheduledBy(id) is { } place)
            Remove(place);
    }

    /// <summary>The pending messages of a queue that may have a key, by the key's hash.</summary>
    public List<PendingPlace> FindKey(uint queue, KeyHash hash)
    {
        List<PendingPlace> found = [];
        foreach (var lane in _lanes.Values)
        {
            lane.FindKey(hash.Bits, _scratch, place =>
            {
                if (At(new PendingPlace(lane, place)) is { } message && message.Queue == queue)
                    found.Add(new PendingPlace(lane, place));
            });
        }
        return found;
    }

    /// <summary>A page of a queue's pending messages in the order of their due times.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="after">Those after this one; <c>default</c>: from the first.</param>
    /// <param name="most">At most so many.</param>
    public List<PendingPlace> Page(uint queue, DueTime after, int most)
    {
        // The last of those found so far is on top: what comes before it takes its place.
        var found = new PriorityQueue<PendingPlace, DueTime>(Comparer<DueTime>.Create((left, right) => right.CompareTo(left)));
        foreach (var lane in _lanes.Values.Where(lane => lane.Number.End.CompareTo(after.Due) >= 0).OrderBy(lane => lane.Number.Start))
        {
            if (found.Count == most && found.TryPeek(out _, out var last) && last.Due.CompareTo(lane.Number.Start) < 0)
                continue;
            lane.ForEach(queue, (place, message) =>
            {
                var time = TimeOf(message);
                if (time.CompareTo(after) <= 0)
                    return;
                if (found.Count < most)
                    found.Enqueue(place, time);
                else
                    found.EnqueueDequeue(place, time);
            });
        }
        return [.. found.UnorderedItems.OrderBy(item => item.Priority).Select(item => item.Element)];
    }

    /// <summary>When the next message is due, or a bucket has to be emptied; null: nothing is pending.</summary>
    public Timestamp? NextDue
    {
        get
        {
            Timestamp? next = _out.TryPeek(out _, out var first) ? first.Due : null;
            foreach (var lane in _lanes.Values)
            {
                if (lane.NextBucket is { } bucket && (next is null || bucket.CompareTo(next.Value) < 0))
                    next = bucket;
            }
            return next;
        }
    }

    /// <summary>
    /// Takes what is due, in the order of due times, at most so many; <see cref="PutBack"/> undoes it. What is due of deleted queues
    /// is not pending any more, and its lanes are noted: they may need fewer bytes.
    /// </summary>
    public void TakeDue(Timestamp now, int most, List<PendingPlace> taken, HashSet<PendingLane> shortened)
    {
        foreach (var lane in _lanes.Values)
            lane.TakeBuckets(now, (place, message) => _out.Enqueue(place, TimeOf(message)));
        while (taken.Count < most && _out.TryPeek(out var place, out var first) && first.Due.CompareTo(now) <= 0)
        {
            _out.Dequeue();
            if (At(place) is not null)
                taken.Add(place);
            else if (Remove(place))
                shortened.Add(place.Lane);
        }
    }

    /// <summary>What was taken is not out yet.</summary>
    public void PutBack(ReadOnlySpan<PendingPlace> places)
    {
        foreach (var place in places)
        {
            if (At(place) is { } message)
                _out.Enqueue(place, TimeOf(message));
        }
    }

    /// <summary>A queue was deleted: what is pending of it goes, without a record, when it is due.</summary>
    public void Close(uint queue)
    {
        if (_closed.Add(queue) && _counts.Remove(queue, out long count))
            Volatile.Write(ref _count, _count - count);
    }

    /// <summary>Queues that have something pending.</summary>
    public IReadOnlyCollection<uint> Queues => _counts.Keys;

    /// <summary>Forgets an empty lane.</summary>
    public void Drop(PendingLane lane) => _lanes.Remove(lane.Number.Value);

    private PendingPlace? FindScheduledBy(LogPosition position)
    {
        foreach (var lane in _lanes.Values)
        {
            if (lane.Find(position) is > 0 and long place)
                return At(new PendingPlace(lane, place)) is null ? null : new PendingPlace(lane, place);
        }
        return null;
    }

    private static DueTime TimeOf(in PendingMessage message) => new(message.Due, message.Position);

    private void Counted(uint queue, int change)
    {
        if (!IsOpen(queue))
            return;
        long count = _counts.GetValueOrDefault(queue) + change;
        if (count == 0)
            _counts.Remove(queue);
        else
            _counts[queue] = count;
        Volatile.Write(ref _count, _count + change);
    }
}
