using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling.Pending;

/// <summary>
/// The pending messages of one slice of time in the order of their records, and a wheel over them: a chain for each bucket of
/// the slice. A bucket is emptied when its time has come; what is added to it later is passed on at once. Adding and removing
/// cost the same however many there are. Not thread-safe.
/// </summary>
internal sealed class PendingLane
{
    private const int BlockShift = 14;
    private const int IndexMask = PendingBlock.Places - 1;

    private readonly List<PendingBlock?> _blocks = [];
    private long _firstBlock;
    private uint[]? _chains;
    private int _nextBucket;
    private int _nextFilled;
    private long _first = 1;

    public PendingLane(LaneNumber number) => Number = number;

    /// <summary>Its number.</summary>
    public LaneNumber Number { get; }

    /// <summary>The place that the next message gets, by rank of its record.</summary>
    public long End { get; set; } = 1;

    /// <summary>Messages that are pending.</summary>
    public long Alive { get; private set; }

    /// <summary>Takes the bounds that a checkpoint has.</summary>
    public void Restore(Offset first, Offset end)
    {
        _first = first.Value;
        End = end.Value;
    }

    /// <summary>When the log had come so far, the lane was over and empty.</summary>
    public LogPosition OverAt { get; set; }

    /// <summary>The blocks with pending messages, by number.</summary>
    public IEnumerable<long> Blocks
    {
        get
        {
            for (int i = 0; i < _blocks.Count; i++)
            {
                if (_blocks[i] is { Alive: > 0 })
                    yield return _firstBlock + i;
            }
        }
    }

    /// <summary>The lowest place that is pending; the end where none is.</summary>
    public long First
    {
        get
        {
            while (_first < End && !IsPending(_first))
                _first = Block(_first) is { IsDone: false } ? _first + 1 : (_first | IndexMask) + 1;
            _first = Math.Min(_first, End);
            return _first;
        }
    }

    /// <summary>The block with a number; null: nothing of it is pending.</summary>
    public PendingBlock? BlockAt(long number)
    {
        long index = number - _firstBlock;
        return index >= 0 && index < _blocks.Count ? _blocks[(int)index] : null;
    }

    /// <summary>The message at a place; its queue is 0 where it is gone.</summary>
    public PendingMessage At(long place)
    {
        if (Block(place) is not { } block || (int)(place & IndexMask) >= block.Count)
            return default;
        int index = (int)(place & IndexMask);
        var due = new Timestamp(Number.Start.UnixMilliseconds + block.DueOffsetAt(index));
        return new PendingMessage(block.QueueAt(index), due, block.PositionAt(index));
    }

    /// <summary>Adds a message at a place. False: the place is known already.</summary>
    /// <param name="place">Its place: the next one, or (in recovery) one that a block may know.</param>
    /// <param name="message">The message; its queue is not 0.</param>
    /// <param name="isOut">Its bucket's time has come: it is in no chain.</param>
    public bool TryAdd(long place, in PendingMessage message, out bool isOut)
    {
        isOut = false;
        int index = (int)(place & IndexMask);
        // A lane that has filled a block is likely to fill the next.
        var block = MakeBlock(place >> BlockShift, BlockAt((place >> BlockShift) - 1)?.Count ?? 0);
        if (index < block.Count)
            return false;
        block.AddGone(index);
        uint offset = (uint)(message.Due.UnixMilliseconds - Number.Start.UnixMilliseconds);
        block.Add(message.Queue, message.Position.Bits, offset);
        Alive++;
        isOut = !TryChain(place, offset);
        return true;
    }

    /// <summary>The block with a number, made if there is none; for adding, and for reading a checkpoint.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="places">For how many places it is made.</param>
    public PendingBlock MakeBlock(long number, int places)
    {
        if (_blocks.Count == 0)
            _firstBlock = number;
        while (number < _firstBlock)
        {
            _blocks.Insert(0, null);
            _firstBlock--;
        }
        while (number >= _firstBlock + _blocks.Count)
            _blocks.Add(null);
        return _blocks[(int)(number - _firstBlock)] ??= new PendingBlock(places);
    }

    /// <summary>A block that was read from a checkpoint joins the wheel; gives the places whose bucket's time has come.</summary>
    public IEnumerable<long> Join(long number)
    {
        var block = BlockAt(number)!;
        Alive += block.Alive;
        for (int i = 0; i < block.Count; i++)
        {
            long place = (number << BlockShift) + i;
            if (block.QueueAt(i) != 0 && !TryChain(place, block.DueOffsetAt(i)))
                yield return place;
        }
    }

    /// <summary>A message has a key.</summary>
    public void AddKey(long place, uint hash) => Block(place)?.AddKey((int)(place & IndexMask), hash);

    /// <summary>A message is not pending any more. False: it was not before.</summary>
    public bool Remove(long place)
    {
        int index = (int)(place & IndexMask);
        if (Block(place) is not { } block || index >= block.Count || !block.Remove(index))
            return false;
        Alive--;
        Unchain(place, (int)(block.DueOffsetAt(index) / Number.BucketMilliseconds));
        return true;
    }

    /// <summary>The place of the pending message that a record scheduled; 0: there is none.</summary>
    public long Find(LogPosition position)
    {
        for (int i = _blocks.Count - 1; i >= 0 && Alive > 0; i--)
        {
            if (_blocks[i] is { } block && block.Find(position) is >= 0 and int index)
                return (_firstBlock + i << BlockShift) + index;
        }
        return 0;
    }

    /// <summary>Adds the places of pending messages that may have a key to a list.</summary>
    public void FindKey(uint hash, List<ushort> scratch, Action<long> found)
    {
        for (int i = 0; i < _blocks.Count; i++)
        {
            if (_blocks[i] is not { Alive: > 0, Keys: { } keys } block)
                continue;
            scratch.Clear();
            keys.Find(hash, scratch);
            foreach (ushort index in scratch)
            {
                if (block.QueueAt(index) != 0)
                    found((_firstBlock + i << BlockShift) + index);
            }
        }
    }

    /// <summary>When the next bucket with something in it begins; null: there is none.</summary>
    public Timestamp? NextBucket
    {
        get
        {
            if (_chains is null)
                return null;
            _nextFilled = Math.Max(_nextFilled, _nextBucket);
            while (_nextFilled < _chains.Length && _chains[_nextFilled] == 0)
                _nextFilled++;
            return _nextFilled < _chains.Length ? StartOf(_nextFilled) : null;
        }
    }

    /// <summary>Empties the buckets whose time has come; gives what is in them.</summary>
    public void TakeBuckets(Timestamp now, Action<PendingPlace, PendingMessage> taken)
    {
        int end = (int)Math.Clamp((now.UnixMilliseconds - Number.Start.UnixMilliseconds) / Number.BucketMilliseconds + 1, 0, Number.Buckets);
        if (now.UnixMilliseconds < Number.Start.UnixMilliseconds)
            return;
        for (; _nextBucket < end; _nextBucket++)
        {
            if (_chains is not null)
                Empty(_nextBucket, taken);
        }
    }

    /// <summary>Looks at each pending message of a queue.</summary>
    public void ForEach(uint queue, Action<PendingPlace, PendingMessage> look)
    {
        foreach (long number in Blocks)
        {
            var block = BlockAt(number)!;
            for (int i = 0; i < block.Count; i++)
            {
                long place = (number << BlockShift) + i;
                if (block.QueueAt(i) == queue)
                    look(new PendingPlace(this, place), At(place));
            }
        }
    }

    /// <summary>Gives the memory of blocks back in which nothing is pending any more.</summary>
    public void DropDone()
    {
        while (_blocks.Count > 0 && _blocks[0] is null or { IsDone: true })
        {
            _blocks.RemoveAt(0);
            _firstBlock++;
        }
        for (int i = 1; i < _blocks.Count; i++)
        {
            if (_blocks[i] is { IsDone: true })
                _blocks[i] = null;
        }
    }

    private bool IsPending(long place) => At(place).Queue != 0;

    private PendingBlock? Block(long place) => BlockAt(place >> BlockShift);

    private Timestamp StartOf(int bucket) => new(Number.Start.UnixMilliseconds + bucket * Number.BucketMilliseconds);

    private bool TryChain(long place, uint offset)
    {
        int bucket = (int)(offset / Number.BucketMilliseconds);
        // 0 ends a chain: the rare place with these lower bits is passed on before its time.
        if (bucket < _nextBucket || (uint)place == 0)
            return false;
        _chains ??= new uint[Number.Buckets];
        uint head = _chains[bucket];
        Next(place) = head;
        if (head != 0)
            Previous(PlaceOf(head)) = (uint)place;
        _chains[bucket] = (uint)place;
        _nextFilled = Math.Min(_nextFilled, bucket);
        return true;
    }

    /// <summary>Takes a place out of its chain, if it is in one: chains lead through pending messages alone.</summary>
    private void Unchain(long place, int bucket)
    {
        if (bucket < _nextBucket || (uint)place == 0)
            return;
        uint next = Next(place);
        uint previous = Previous(place);
        if (next != 0)
            Previous(PlaceOf(next)) = previous;
        if (previous != 0)
            Next(PlaceOf(previous)) = next;
        else
            _chains![bucket] = next;
    }

    private ref uint Next(long place) => ref Block(place)!.NextAt((int)(place & IndexMask));

    private ref uint Previous(long place) => ref Block(place)!.PreviousAt((int)(place & IndexMask));

    /// <summary>The place with these lower 32 bits: places in use are never 2^32 apart.</summary>
    private long PlaceOf(uint low)
    {
        long newest = (_firstBlock + _blocks.Count << BlockShift) - 1;
        return newest - unchecked((uint)newest - low);
    }

    private void Empty(int bucket, Action<PendingPlace, PendingMessage> taken)
    {
        uint low = _chains![bucket];
        _chains[bucket] = 0;
        while (low != 0)
        {
            long place = PlaceOf(low);
            low = Next(place);
            taken(new PendingPlace(this, place), At(place));
        }
    }
}
