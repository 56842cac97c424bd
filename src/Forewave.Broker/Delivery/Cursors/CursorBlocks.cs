namespace Forewave.Broker.Delivery.Cursors;

/// <summary>
/// The blocks of one cursor that have something to remember, by number, and those among them with ready messages, lowest
/// first. For the loop alone. Emptied blocks are kept for the next ones.
/// </summary>
internal sealed class CursorBlocks
{
    private const int MaxSpares = 256;

    private readonly Dictionary<long, CursorBlock> _blocks = [];
    private readonly PriorityQueue<long, long> _ready = new();
    private readonly Stack<CursorBlock> _spares = new();

    /// <summary>How many there are.</summary>
    public int Count => _blocks.Count;

    /// <summary>The numbers of all, unordered.</summary>
    public IEnumerable<long> Numbers => _blocks.Keys;

    /// <summary>The block with a number, or null.</summary>
    public CursorBlock? Find(long number) => _blocks.GetValueOrDefault(number);

    /// <summary>The block with a number; made empty when there is none.</summary>
    public CursorBlock Get(long number)
    {
        if (_blocks.TryGetValue(number, out var block))
            return block;
        if (!_spares.TryPop(out block))
            block = new CursorBlock();
        _blocks.Add(number, block);
        return block;
    }

    /// <summary>Drops a block that has nothing to remember.</summary>
    public void DropIfEmpty(long number, CursorBlock block)
    {
        if (!block.IsEmpty)
            return;
        _blocks.Remove(number);
        // A listed one is still named in the list: it must not be taken for the block of another number.
        if (_spares.Count < MaxSpares && !block.IsListed)
            _spares.Push(block);
    }

    /// <summary>Lists a block that has ready messages.</summary>
    public void List(long number, CursorBlock block)
    {
        if (block.IsListed)
            return;
        block.IsListed = true;
        _ready.Enqueue(number, number);
    }

    /// <summary>The lowest block with ready messages, or null.</summary>
    public CursorBlock? LowestReady(out long number)
    {
        while (_ready.TryPeek(out number, out _))
        {
            var block = _blocks.GetValueOrDefault(number);
            if (block is not null && block.Ready != 0)
                return block;
            if (block is not null)
                block.IsListed = false;
            _ready.Dequeue();
        }
        return null;
    }
}
