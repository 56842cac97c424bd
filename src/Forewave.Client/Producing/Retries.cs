using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>
/// What a producer tries again later: single batches until their delay is over, and queues that wait because of a refusal. Guarded
/// by the producer's lock. Costs nothing while nothing was refused, however many queues there are.
/// </summary>
internal sealed class Retries(ProducerOptions options, TimeProvider time)
{
    // What was refused because of a quota or a switch may be lifted long before the refusal says: one batch asks again.
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(5);

    private readonly List<(Batch Batch, long Due)> _delayed = [];

    // Those that may have something refused, or cannot be opened for a while.
    private readonly HashSet<QueueBuffer> _refusing = [];

    // Those that go on later.
    private readonly List<QueueBuffer> _held = [];

    /// <summary>The queues that need a handle for what waits here.</summary>
    public IEnumerable<QueueBuffer> Queues => _delayed.Select(one => one.Batch.Queue).Concat(_refusing.Where(queue => queue.HasRefused));

    /// <summary>There may be queues that wait. A look without the lock, which may be late.</summary>
    public bool MayHold => _held.Count > 0 || _refusing.Count > 0;

    /// <summary>Takes a batch that was refused; false: it is not to be tried again.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="error">Why it was refused.</param>
    /// <param name="leaving">Gets it where it may go to another partition at once; null: there is none.</param>
    /// <param name="partitions">After as many refusals it waits for a moment.</param>
    public bool TryAdd(Batch batch, ForewaveException error, List<Batch>? leaving, int partitions)
    {
        if (DueAgain(batch, error) is not { } due)
        {
            return false;
        }

        if (IsOfQueue(error.Code))
        {
            due = Math.Min(due, time.GetTimestamp() + (long)(LongestHold.TotalSeconds * time.TimestampFrequency));
            Hold(batch.Queue, due, error);
            // What waits behind it may go elsewhere too.
            leaving?.AddRange(batch.Queue.TakeAll(waiting => waiting.IsUnrouted && ++waiting.Refusals % partitions != 0));
        }

        if (leaving is not null && batch.IsUnrouted && error.Code != ErrorCode.UnknownHandle && batch.Refusals % partitions != 0)
        {
            leaving.Add(batch);
            return true;
        }

        if (batch.HasKeys)
        {
            batch.Queue.Refuse(batch, due);
            _refusing.Add(batch.Queue);
        }
        else if (error.Code == ErrorCode.DeduplicationIdHeld && batch.Count > 1)
        {
            // One of its messages has to wait for a transaction, however long that is open: half by half the others go on without it.
            (Batch first, Batch second) = batch.Halves();
            _delayed.AddRange([(first, time.GetTimestamp()), (second, time.GetTimestamp())]);
        }
        else
        {
            _delayed.Add((batch, due));
        }

        return true;
    }

    /// <summary>A queue cannot be opened: its next batch waits with all that is behind it; false: that batch is not to be tried again.</summary>
    public bool TryWait(Batch next, ForewaveException error)
    {
        if (DueAgain(next, error) is not { } due)
        {
            return false;
        }

        next.Queue.RefusedUntil = Math.Max(next.Queue.RefusedUntil, due);
        _refusing.Add(next.Queue);
        return true;
    }

    /// <summary>Whether a batch that could not be sent, because the broker does not take its producer, is to wait on.</summary>
    public bool IsWanted(Batch next, ForewaveException error) => DueAgain(next, error) is not null;

    /// <summary>
    /// Puts back whose delay is over, before all others of its queue; queues whose time has come go on.
    /// </summary>
    /// <param name="now">A timestamp.</param>
    /// <param name="list">Told of each queue that has something to send again.</param>
    public void EndDelays(long now, Action<QueueBuffer> list)
    {
        EndHolds(now, list);
        for (int i = _delayed.Count - 1; i >= 0; i--)
        {
            (Batch batch, long due) = _delayed[i];
            if (due > now)
            {
                continue;
            }

            _delayed.RemoveAt(i);
            batch.Queue.PutBack(batch);
            list(batch.Queue);
        }
    }

    /// <summary>
    /// Order by key: refused batches go again when nothing that was sent behind them is under way any more. And queues that could
    /// not be opened are opened again.
    /// </summary>
    /// <param name="now">A timestamp.</param>
    /// <param name="list">Told of each queue that has something to send again.</param>
    public void EndRefusals(long now, Action<QueueBuffer> list)
    {
        if (_refusing.Count == 0)
        {
            return;
        }

        foreach (QueueBuffer queue in _refusing)
        {
            if (queue.TryEndRefusal(now) && !queue.IsEmpty)
            {
                list(queue);
            }
        }

        _refusing.RemoveWhere(queue => !queue.HasRefused && queue.RefusedUntil == 0);
    }

    /// <summary>A batch is answered; a paced queue of which as many may be under way as of all is one like the others again.</summary>
    public void NoteAnswer(Batch batch, bool isTaken, Action<QueueBuffer> list)
    {
        if (batch.PacedBy is not { } pace)
        {
            return;
        }

        QueueBuffer queue = batch.Queue;
        batch.PacedBy = null;
        pace.Answered(isTaken);
        if (queue.Pace == pace && pace.Window > options.FramesInFlight)
        {
            queue.Pace = null;
        }

        if (queue.Pace is not { IsFull: true } && !queue.IsEmpty)
        {
            list(queue);
        }
    }

    /// <summary>Takes the delayed batches for which it is too late.</summary>
    public List<Batch> TakeLate(long now)
    {
        List<Batch> late = [.. _delayed.Select(one => one.Batch).Where(batch => IsLate(batch, now))];
        _delayed.RemoveAll(one => IsLate(one.Batch, now));
        return late;
    }

    /// <summary>Takes all delayed batches.</summary>
    public List<Batch> TakeAll()
    {
        List<Batch> all = [.. _delayed.Select(one => one.Batch)];
        _delayed.Clear();
        return all;
    }

    /// <summary>The queues have begun anew: nothing of them is refused.</summary>
    public void ForgetRefusals() => _refusing.Clear();

    /// <summary>Whether a batch's deadline is over.</summary>
    public bool IsLate(Batch batch, long now) => time.GetElapsedTime(batch.Begun, now) > options.DeliveryDeadline;

    /// <summary>What the publishers are told of a batch whose deadline is over.</summary>
    /// <param name="refusal">With what it was refused last; null: it never was.</param>
    /// <param name="whyAway">Why there is no connection; null: there is one.</param>
    public ForewaveException LateError(ForewaveException? refusal, string? whyAway)
    {
        if (refusal is null)
        {
            string away = whyAway is null ? "" : $": {whyAway}";
            return new ForewaveException(ErrorCode.Timeout, $"Not sent within the delivery deadline of {options.DeliveryDeadline}{away}.");
        }

        string why = ErrorTable.TryGet((uint)refusal.Code, out var entry) ? entry.Happened : refusal.Message;
        return new ForewaveException(refusal.Code, $"Refused until the delivery deadline of {options.DeliveryDeadline} was over: {why}", refusal);
    }

    // What is refused for its queue's sake, as the next batch would be too.
    private static bool IsOfQueue(ErrorCode code) => code is ErrorCode.QuotaExceeded or ErrorCode.QueueFull or ErrorCode.PublishOff or ErrorCode.ReadOnly or ErrorCode.MemoryShort;

    private void EndHolds(long now, Action<QueueBuffer> list)
    {
        for (int i = _held.Count - 1; i >= 0; i--)
        {
            QueueBuffer queue = _held[i];
            if (queue.Pace is { IsHeld: true } pace && pace.Until > now)
            {
                continue;
            }

            _held.RemoveAt(i);
            queue.Pace?.GoOn();
            if (!queue.IsEmpty)
            {
                list(queue);
            }
        }
    }

    private void Hold(QueueBuffer queue, long due, ForewaveException why)
    {
        QueuePace pace = queue.Pace ??= new QueuePace();
        if (!pace.IsHeld)
        {
            _held.Add(queue);
        }

        pace.Refused(due, why);
    }

    // When a refused batch is tried again; null: never.
    private long? DueAgain(Batch batch, ForewaveException error)
    {
        long now = time.GetTimestamp();
        if (batch.IsAbandoned || IsLate(batch, now))
        {
            return null;
        }

        bool isHandle = error.Code == ErrorCode.UnknownHandle;
        if (isHandle)
        {
            batch.Queue.Handle = 0;
        }

        // What was refused behind another of its key goes again with that one.
        bool isBehind = error.Code == ErrorCode.PreviousRefused;
        batch.Refusal = isHandle || isBehind ? batch.Refusal : error;
        TimeSpan? delay = isHandle || isBehind ? TimeSpan.Zero : options.RetryPolicy.DelayBeforeNext(error, ++batch.Refusals);
        return delay is { } wait ? now + (long)(wait.TotalSeconds * time.TimestampFrequency) : null;
    }
}
