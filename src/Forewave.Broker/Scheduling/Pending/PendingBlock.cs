using Forewave.Protocol;

namespace Forewave.Broker.Scheduling.Pending;

/// <summary>
/// Up to 16,384 consecutive places of a lane, 24 bytes each, and the keys of the messages. What is gone keeps its place.
/// Not thread-safe.
/// </summary>
internal sealed class PendingBlock
{
    /// <summary>Places of a block.</summary>
    public const int Places = 16_384;

    private const int FirstPlaces = 32;

    // Rising; what was gone when a checkpoint was taken has the position of the one before it.
    private ulong[] _positions;
    private uint[] _dueOffsets;
    private uint[] _queues;
    private uint[] _nexts;
    private uint[] _previous;

    /// <summary>Makes an empty block.</summary>
    /// <param name="places">For how many places there is to be room; more is made when it is needed.</param>
    public PendingBlock(int places)
    {
        places = Math.Clamp(places, FirstPlaces, Places);
        _positions = new ulong[places];
        _dueOffsets = new uint[places];
        _queues = new uint[places];
        _nexts = new uint[places];
        _previous = new uint[places];
    }

    /// <summary>Places that are known, gone ones too.</summary>
    public int Count { get; private set; }

    /// <summary>Messages that are pending.</summary>
    public int Alive { get; private set; }

    /// <summary>The keys of its messages; null where none has one.</summary>
    public KeyChains? Keys { get; private set; }

    /// <summary>Nothing will be pending in it any more.</summary>
    public bool IsDone => Count == Places && Alive == 0;

    /// <summary>Adds the next place.</summary>
    public void Add(uint queue, ulong position, uint dueOffset)
    {
        if (Count == _positions.Length)
            Widen();
        _positions[Count] = position;
        _dueOffsets[Count] = dueOffset;
        _queues[Count] = queue;
        _nexts[Count] = 0;
        _previous[Count] = 0;
        Count++;
        Alive += queue == 0 ? 0 : 1;
    }

    /// <summary>Adds places that are gone, up to an index.</summary>
    public void AddGone(int end)
    {
        while (Count < end)
            Add(queue: 0, Count == 0 ? 0 : _positions[Count - 1], dueOffset: 0);
    }

    /// <summary>A message has a key.</summary>
    public void AddKey(int index, uint hash) => (Keys ??= new KeyChains()).Add((ushort)index, hash);

    /// <summary>The queue of a place; 0: it is gone.</summary>
    public uint QueueAt(int index) => _queues[index];

    /// <summary>Milliseconds from the slice's beginning to the due time.</summary>
    public uint DueOffsetAt(int index) => _dueOffsets[index];

    /// <summary>Log position of the record that scheduled it.</summary>
    public LogPosition PositionAt(int index) => LogPosition.FromBits(_positions[index]);

    /// <summary>The place after this one in its bucket, its lower 32 bits; 0: none.</summary>
    public ref uint NextAt(int index) => ref _nexts[index];

    /// <summary>The place before this one in its bucket, its lower 32 bits; 0: it is the first.</summary>
    public ref uint PreviousAt(int index) => ref _previous[index];

    /// <summary>A message is not pending any more. False: it was not before.</summary>
    public bool Remove(int index)
    {
        if (_queues[index] == 0)
            return false;
        _queues[index] = 0;
        Alive--;
        return true;
    }

    /// <summary>The place of the pending message that a record scheduled; -1: there is none.</summary>
    public int Find(LogPosition position)
    {
        if (Alive == 0 || position.Bits < _positions[0] || position.Bits > _positions[Count - 1])
            return -1;
        int index = Array.BinarySearch(_positions, 0, Count, position.Bits);
        if (index < 0)
            return -1;
        while (index > 0 && _positions[index - 1] == position.Bits)
            index--;
        return _queues[index] == 0 ? -1 : index;
    }

    private void Widen()
    {
        int places = Math.Min(_positions.Length * 2, Places);
        Array.Resize(ref _positions, places);
        Array.Resize(ref _dueOffsets, places);
        Array.Resize(ref _queues, places);
        Array.Resize(ref _nexts, places);
        Array.Resize(ref _previous, places);
    }
}
