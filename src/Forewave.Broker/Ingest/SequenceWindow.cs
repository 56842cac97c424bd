using Forewave.Protocol;

namespace Forewave.Broker.Ingest;

/// <summary>
/// What is known of the last sequences of one producer: a ring of runs without gaps between them. Not thread-safe: its
/// producer's lock guards it. What would take more memory than all producers may have pushes the oldest runs out, down to
/// <see cref="FewestRuns"/>; a sequence that was pushed out is too old, never unknown.
/// </summary>
internal sealed class SequenceWindow
{
    /// <summary>Runs that a producer may keep however little memory is left.</summary>
    public const int FewestRuns = 16;

    private const int FirstRuns = 4;
    private readonly SequenceMemory _memory;
    private SequenceRun[] _runs = [];
    private int _head;
    private int _count;
    private ulong _retainedFirst = 1;

    public SequenceWindow(SequenceMemory memory) => _memory = memory;

    /// <summary>The highest sequence that was used; 0: none.</summary>
    public ulong Last { get; private set; }

    /// <summary>Runs kept.</summary>
    public int RunCount => _count;

    /// <summary>The lowest sequence of which the outcome is known.</summary>
    public ulong FirstKnown
    {
        get
        {
            ulong window = Last > Limits.SequenceWindow ? Last - Limits.SequenceWindow + 1 : 1;
            return Math.Max(_retainedFirst, window);
        }
    }

    /// <summary>The run at a place, the oldest at 0.</summary>
    public SequenceRun this[int index] => _runs[(_head + index) & (_runs.Length - 1)];

    /// <summary>Begins empty after a sequence; for reading a checkpoint.</summary>
    public void StartAfter(ulong sequence)
    {
        Last = sequence;
        _retainedFirst = sequence + 1;
    }

    /// <summary>The next <paramref name="count"/> sequences were stored from a position on.</summary>
    public void AddStored(int count, LogPosition first) => Add(count, first.Bits);

    /// <summary>The next <paramref name="count"/> sequences were refused.</summary>
    public void AddRefused(int count, ErrorCode error) => Add(count, (ulong)error);

    /// <summary>What became of a sequence between <see cref="FirstKnown"/> and <see cref="Last"/>.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="sameFate">How many sequences from it on are in the same run: 1 or more.</param>
    /// <returns>The position it was stored at, or none with the error it was refused with.</returns>
    public (LogPosition Position, ErrorCode Error) Find(ulong sequence, out int sameFate)
    {
        var run = this[IndexOf(sequence)];
        uint into = unchecked((uint)sequence - run.FirstLow);
        sameFate = run.Count - (int)into;
        return run.IsRefused
            ? (LogPosition.None, (ErrorCode)run.PositionBits)
            : (LogPosition.FromBits(run.PositionBits + into), ErrorCode.None);
    }

    /// <summary>Gives memory back: keeps at most so many of the newest runs.</summary>
    public void Shorten(int runs)
    {
        while (_count > runs)
            DropOldest();
        int capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(_count, FirstRuns));
        if (capacity < _runs.Length)
            Resize(capacity);
    }

    /// <summary>The producer is forgotten: its memory is given back.</summary>
    public void Clear()
    {
        _memory.Return(_runs.Length);
        _runs = [];
        _head = _count = 0;
        _retainedFirst = Last + 1;
    }

    private void Add(int count, ulong positionBits)
    {
        ulong first = Last + 1;
        Last += (ulong)count;
        if (_count > 0 && TryExtend(count, positionBits))
            return;
        DropOutsideWindow();
        if (_count == _runs.Length)
            MakeRoom();
        _runs[(_head + _count) & (_runs.Length - 1)] = new SequenceRun(positionBits, (uint)first, count);
        _count++;
    }

    private bool TryExtend(int count, ulong positionBits)
    {
        ref var newest = ref _runs[(_head + _count - 1) & (_runs.Length - 1)];
        ulong expected = newest.IsRefused ? newest.PositionBits : newest.PositionBits + (ulong)newest.Count;
        if (expected != positionBits || newest.Count > SequenceRun.MaxCount - count)
            return false;
        newest = newest with { Count = newest.Count + count };
        return true;
    }

    private void DropOutsideWindow()
    {
        while (_count > 1 && _retainedFirst + (ulong)this[0].Count <= FirstKnown)
            DropOldest();
    }

    private void DropOldest()
    {
        _retainedFirst += (ulong)this[0].Count;
        _head = (_head + 1) & (_runs.Length - 1);
        _count--;
    }

    private void MakeRoom()
    {
        int wanted = Math.Max(FirstRuns, _runs.Length * 2);
        if (wanted > FewestRuns && !_memory.TryTake(wanted - _runs.Length))
        {
            DropOldest();
            return;
        }
        if (wanted <= FewestRuns)
            _memory.Take(wanted - _runs.Length);
        Move(wanted);
    }

    private void Resize(int capacity)
    {
        _memory.Return(_runs.Length - capacity);
        Move(capacity);
    }

    private void Move(int capacity)
    {
        var runs = new SequenceRun[capacity];
        for (int i = 0; i < _count; i++)
            runs[i] = this[i];
        _runs = runs;
        _head = 0;
    }

    /// <summary>The runs have no gaps: the one that begins last at or before the sequence has it.</summary>
    private int IndexOf(ulong sequence)
    {
        uint from = this[0].FirstLow;
        uint wanted = unchecked((uint)sequence - from);
        int low = 0;
        int high = _count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (unchecked(this[middle].FirstLow - from) <= wanted)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }
}
