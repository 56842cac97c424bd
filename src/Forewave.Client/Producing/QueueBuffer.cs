using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>What a producer has gathered for one queue. Guarded by the producer's lock.</summary>
internal sealed class QueueBuffer(QueueName name, int maxBatchBytes, BatchPool pool)
{
    // Made when the first batch is full, or has another priority, or is refused: thousands of queues have none of these.
    private Queue<Batch>? _full;
    private Batch? _gathering;
    private SortedList<int, Batch>? _otherPriorities;
    private SortedList<ulong, Batch>? _refused;

    // So many at the head of the full ones were put back.
    private int _putBack;

    public QueueName Name { get; } = name;

    /// <summary>The queue's handle on the connection there is; 0: it has none yet.</summary>
    public uint Handle { get; set; }

    /// <summary>The broker has been asked for a handle on the connection there is.</summary>
    public bool IsOpening { get; set; }

    /// <summary>It stands in the list of queues that have something to send.</summary>
    public bool IsListed { get; set; }

    /// <summary>Batches with ordering keys that were sent and are not answered.</summary>
    public int KeyedInFlight { get; set; }

    /// <summary>
    /// There are batches with ordering keys that were refused and go again, in the order of their sequences. While there are such,
    /// nothing of the queue is sent: when all that was sent behind them is answered, they go first.
    /// </summary>
    public bool HasRefused => _refused is { Count: > 0 };

    /// <summary>
    /// When they go again, or the queue that could not be opened is asked for again, as a timestamp; 0: nothing waits for that. What
    /// gathered stays in its order until then.
    /// </summary>
    public long RefusedUntil { get; set; }

    /// <summary>How it goes on after it was refused as a whole; null: it was not.</summary>
    public QueuePace? Pace { get; set; }

    /// <summary>What comes now waits, because the broker has refused the queue, or what was in it, or to open it.</summary>
    public bool IsHeld => Pace is { IsHeld: true } || (Handle == 0 && RefusedUntil > 0);

    public bool IsEmpty => _full is not { Count: > 0 } && _gathering is null && _otherPriorities is not { Count: > 0 };

    /// <summary>The batch that a message of so many bytes goes into.</summary>
    /// <param name="messageBytes">Its bytes.</param>
    /// <param name="priority">
    /// Its priority where that decides when it is delivered: messages of one priority go together, since the broker keeps them
    /// together. Else 4.
    /// </param>
    public Batch BatchFor(int messageBytes, byte priority)
    {
        if (priority != Limits.DefaultPriority)
        {
            return OtherBatchFor(messageBytes, priority);
        }

        if (_gathering is { } batch
            && (batch.MessagesBytes + messageBytes > maxBatchBytes || batch.Count == Limits.MessagesPerFrame))
        {
            (_full ??= new Queue<Batch>()).Enqueue(batch);
            _gathering = null;
        }

        return _gathering ??= pool.TakeBatch(this);
    }

    /// <summary>
    /// The batch to go next, without taking it: what was put back, else the oldest. Whatever order of priorities were kept here,
    /// a program that keeps the producer busy with some would hold back the others for as long as it does.
    /// </summary>
    public Batch? Peek()
    {
        // A batch was full before the next of its priority began, and so was all that is before it in the line: the head of
        // the line is never younger than what gathers behind another of its priority.
        Batch? full = null;
        bool hasFull = _full?.TryPeek(out full) == true;
        return hasFull && (_putBack > 0 || PeekGathering() is not { } gathering || full!.Begun <= gathering.Begun) ? full : PeekGathering();
    }

    /// <summary>The oldest batch that still gathers, without taking it; of several that are as old, the one of the highest priority.</summary>
    public Batch? PeekGathering()
    {
        if (_otherPriorities is null)
        {
            return _gathering;
        }

        Batch? oldest = null;
        for (int i = _otherPriorities.Count - 1; i >= 0; i--)
        {
            Batch batch = _otherPriorities.GetValueAtIndex(i);
            oldest = oldest is null || batch.Begun < oldest.Begun ? batch : oldest;
        }

        return oldest is null || _gathering?.Begun < oldest.Begun ? _gathering : oldest;
    }

    /// <summary>Takes the batch to go next.</summary>
    public Batch? Take()
    {
        Batch? batch = Peek();
        if (batch is not null)
        {
            Take(batch);
        }

        return batch;
    }

    /// <summary>Takes a batch that <see cref="Peek"/> or <see cref="PeekGathering"/> has just given.</summary>
    public void Take(Batch batch)
    {
        if (_full is not null && _full.TryPeek(out Batch? full) && full == batch)
        {
            _full.Dequeue();
            _putBack = Math.Max(0, _putBack - 1);
        }
        else if (_gathering == batch)
        {
            _gathering = null;
        }
        else
        {
            _otherPriorities!.RemoveAt(_otherPriorities.IndexOfValue(batch));
        }
    }

    /// <summary>Takes a batch out that is as it is asked for, of those that are next in their order; null: there is none.</summary>
    public Batch? TakeIf(Func<Batch, bool> isWanted)
    {
        // What was put back goes first and may be younger than what gathers.
        foreach (Batch? batch in (ReadOnlySpan<Batch?>)[Peek(), PeekGathering()])
        {
            if (batch is not null && isWanted(batch))
            {
                Take(batch);
                return batch;
            }
        }

        if (_refused is not { Count: > 0 } || !isWanted(_refused.Values[0]))
        {
            return null;
        }

        Batch refused = _refused.Values[0];
        _refused.RemoveAt(0);
        return refused;
    }

    /// <summary>Takes all batches out that are as they are asked for, oldest first, but for those that were refused and go again here.</summary>
    public List<Batch> TakeAll(Func<Batch, bool> isWanted)
    {
        List<Batch> taken = [];
        List<Batch> kept = [];
        int keptBack = 0;
        foreach (Batch batch in _full ?? [])
        {
            bool isTaken = isWanted(batch);
            (isTaken ? taken : kept).Add(batch);
            keptBack += !isTaken && taken.Count + kept.Count <= _putBack ? 1 : 0;
        }

        if (taken.Count > 0)
        {
            _full = new Queue<Batch>(kept);
            _putBack = keptBack;
        }

        if (_gathering is { } gathering && isWanted(gathering))
        {
            taken.Add(gathering);
            _gathering = null;
        }

        foreach ((int priority, Batch batch) in (_otherPriorities ?? []).Where(one => isWanted(one.Value)).ToList())
        {
            taken.Add(batch);
            _otherPriorities!.Remove(priority);
        }

        return taken;
    }

    private Batch OtherBatchFor(int messageBytes, byte priority)
    {
        SortedList<int, Batch> others = _otherPriorities ??= [];
        if (others.TryGetValue(priority, out Batch? batch)
            && (batch.MessagesBytes + messageBytes > maxBatchBytes || batch.Count == Limits.MessagesPerFrame))
        {
            (_full ??= new Queue<Batch>()).Enqueue(batch);
            others.Remove(priority);
            batch = null;
        }

        return batch ?? (others[priority] = pool.TakeBatch(this));
    }

    /// <summary>The producer id is another: nothing was refused under it, and what waits goes in its order, as if for the first time.</summary>
    public void BeginAnew()
    {
        KeyedInFlight = 0;
        RefusedUntil = 0;
        Pace = null;
        PutBackRefused();
        foreach (Batch batch in _full ?? [])
        {
            batch.Replaces = Sequence.None;
        }
    }

    /// <summary>Keeps a refused batch with ordering keys, which goes again under other sequences.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="due">When at the earliest, as a timestamp.</param>
    public void Refuse(Batch batch, long due)
    {
        batch.Replaces = batch.FirstSequence;
        (_refused ??= []).Add(batch.FirstSequence.Value, batch);
        RefusedUntil = Math.Max(RefusedUntil, due);
    }

    /// <summary>
    /// Puts what was refused back, when its time has come and nothing that was sent behind it is under way any more. False: there
    /// was nothing that waited for its time, or it waits on.
    /// </summary>
    public bool TryEndRefusal(long now)
    {
        bool waits = RefusedUntil > now || (HasRefused && KeyedInFlight > 0);
        if (waits || (!HasRefused && RefusedUntil == 0))
        {
            return false;
        }

        PutBackRefused();
        RefusedUntil = 0;
        return true;
    }

    /// <summary>Puts all refused batches with ordering keys before all others, in their order.</summary>
    private void PutBackRefused()
    {
        for (int i = (_refused?.Count ?? 0) - 1; i >= 0; i--)
        {
            PutBack(_refused!.Values[i]);
        }

        _refused?.Clear();
    }

    /// <summary>Puts a refused batch before all others.</summary>
    public void PutBack(Batch batch)
    {
        _full ??= new Queue<Batch>();
        Batch[] later = [.. _full];
        _full.Clear();
        _full.Enqueue(batch);
        _putBack++;
        Array.ForEach(later, _full.Enqueue);
    }
}
