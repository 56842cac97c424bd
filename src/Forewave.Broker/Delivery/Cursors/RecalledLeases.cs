using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.Cursors;

/// <summary>
/// Leases that were out when their cursor was reset, of messages that come again. Each such message comes with the next attempt,
/// so that the handle from before cannot settle it. Empty but for a while after a reset. For the loop alone.
/// </summary>
internal sealed class RecalledLeases
{
    private readonly List<ReadyRun> _runs = [];

    /// <summary>The epoch that reset the cursor last: handles of earlier ones are from before that. 0: it was never reset.</summary>
    public uint Epoch { get; set; }

    /// <summary>There is one.</summary>
    public bool Any => _runs.Count > 0;

    /// <summary>All of them, with the attempt that was out, rising.</summary>
    public IReadOnlyList<ReadyRun> Runs => _runs;

    /// <summary>Memory that it takes, about.</summary>
    public long MemoryBytes => 24L * _runs.Capacity;

    /// <summary>The attempt of a message that was never handed out since; shortens a count to the messages that have the same.</summary>
    public uint NextAttempt(long offset, ref int count)
    {
        if (_runs.Count == 0)
            return 1;
        int place = PlaceFor(offset);
        if (place == _runs.Count)
            return 1;
        var run = _runs[place];
        bool isIn = run.First <= offset;
        long end = isIn ? run.First + run.Count : run.First;
        count = (int)Math.Min(count, end - offset);
        return isIn ? run.Attempt + 1 : 1;
    }

    /// <summary>The attempt of one message that was never handed out since.</summary>
    public uint NextAttempt(long offset)
    {
        int one = 1;
        return NextAttempt(offset, ref one);
    }

    /// <summary>A message was out under an attempt when its cursor was reset, or under a later one.</summary>
    public bool IsOver(long offset, uint attempt) => NextAttempt(offset) > Math.Max(attempt, 1);

    /// <summary>What is before an offset was handed out since, or never will be.</summary>
    public void DropBefore(long offset)
    {
        int gone = PlaceFor(offset);
        _runs.RemoveRange(0, gone);
        if (_runs.Count > 0 && _runs[0] is var run && run.First < offset)
            _runs[0] = run with { First = offset, Count = (int)(run.First + run.Count - offset) };
    }

    /// <summary>
    /// A reset recalls leases from an offset on. Those of an earlier one that did not come again stay.
    /// </summary>
    /// <param name="leases">What is out; each message once.</param>
    /// <param name="lowest">The offset.</param>
    public void Recall(List<RecordRun> leases, long lowest)
    {
        foreach (var lease in leases)
            Remove(lease);
        foreach (var lease in leases)
            _runs.Add(new ReadyRun(lease.First, lease.Count, lease.Attempt));
        _runs.Sort(static (one, other) => one.First.CompareTo(other.First));
        DropBefore(lowest);
        _runs.TrimExcess();
    }

    private void Remove(RecordRun lease)
    {
        for (int place = PlaceFor(lease.First); place < _runs.Count && _runs[place].First < lease.End;)
        {
            var run = _runs[place];
            long end = run.First + run.Count;
            _runs.RemoveAt(place);
            if (end > lease.End)
                _runs.Insert(place, run with { First = lease.End, Count = (int)(end - lease.End) });
            if (run.First < lease.First)
                _runs.Insert(place++, run with { Count = (int)(lease.First - run.First) });
            else if (end > lease.End)
                return;
        }
    }

    /// <summary>Puts one back as a checkpoint has it, in order.</summary>
    public void Restore(ReadyRun run) => _runs.Add(run);

    /// <summary>The first run that ends past an offset.</summary>
    private int PlaceFor(long offset)
    {
        int low = 0;
        int high = _runs.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_runs[middle].First + _runs[middle].Count <= offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
