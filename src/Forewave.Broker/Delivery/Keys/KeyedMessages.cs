using System.Numerics;
using Forewave.Broker.Delivery.Cursors;

namespace Forewave.Broker.Delivery.Keys;

/// <summary>
/// Order by key in one cursor: of the unsettled messages of an ordering key the front one may be out, the others are held. It
/// costs nothing where no message has a key. Changed by records alone, through its cursor. For the loop alone.
/// </summary>
internal sealed class KeyedMessages(Cursor cursor)
{
    private readonly KeyLines _lines = new();
    private readonly SortedDictionary<long, ParkedKey> _parked = [];

    /// <summary>The lines of all keys.</summary>
    public KeyLines Lines => _lines;

    /// <summary>
    /// Bytes of memory that it takes, about: 40 for a key and 24 for a message, and as much again for what its block notes.
    /// </summary>
    public long MemoryBytes => 40L * _lines.Count + 48L * _lines.MessageCount;

    /// <summary>Messages that wait for the one before them in their key.</summary>
    public int Held { get; private set; }

    /// <summary>The parked keys, by the offset of the message that failed.</summary>
    public IReadOnlyCollection<ParkedKey> Parked => _parked.Values;

    /// <summary>
    /// A message has a key. Where it is out already, it is at the front of its line; else it waits for those before it, and is
    /// ready where there are none.
    /// </summary>
    public void Note(long offset, OrderingKeyHash key)
    {
        long number = offset >> CursorBlock.Shift;
        int place = (int)(offset & (CursorBlock.Size - 1));
        var block = cursor.Blocks.Get(number);
        ulong bit = 1UL << place;
        if ((block.Keyed & bit) != 0)
            return;
        // Where an earlier epoch had leased it, it may have failed before its key is known: it does not get ready by that.
        bool isOut = (block.Unsettled & bit & (block.Leased | block.Waiting | block.Dying | block.Parked)) != 0;
        if ((block.Unsettled & bit) == 0)
            cursor.TakeIn(number, block, place);
        block.Keyed |= bit;
        block.KeyPlaces[place] = isOut ? _lines.JoinFront(key, offset) : _lines.Join(key, offset);
        if (isOut)
            return;
        if (_lines.IsFront(block.KeyPlaces[place]))
            cursor.MakeReady(number, block, bit);
        else
            Hold(block, bit);
    }

    /// <summary>Settled messages leave their lines; who comes to the front can be handed out.</summary>
    public void Leave(CursorBlock block, long number, ulong mask)
    {
        for (ulong rest = mask & block.Keyed; rest != 0; rest &= rest - 1)
        {
            int place = BitOperations.TrailingZeroCount(rest);
            ulong bit = 1UL << place;
            Free(block, bit);
            block.Keyed &= ~bit;
            if ((block.Parked & bit) != 0)
                Unpark((number << CursorBlock.Shift) + place, block);
            long front = _lines.Leave(block.KeyPlaces[place]);
            if (front >= 0)
                ComeToFront(front);
        }
    }

    /// <summary>The front of a key failed for good: the key is set aside.</summary>
    public void Park(ParkedKey parked)
    {
        var block = cursor.Blocks.Get(parked.Offset >> CursorBlock.Shift);
        block.Parked |= 1UL << (int)(parked.Offset & (CursorBlock.Size - 1));
        _parked[parked.Offset] = parked;
    }

    /// <summary>A parked key goes on with the message that failed, which has one more attempt.</summary>
    public void Resume(long offset)
    {
        long number = offset >> CursorBlock.Shift;
        int place = (int)(offset & (CursorBlock.Size - 1));
        var block = cursor.Blocks.Get(number);
        if ((block.Parked >> place & 1) == 0)
            return;
        Unpark(offset, block);
        block.AttemptsOf[place]++;
        cursor.MakeReady(number, block, 1UL << place);
    }

    /// <summary>The parked key with a name, or null.</summary>
    public ParkedKey? FindParked(string key) => _parked.Values.FirstOrDefault(parked => parked.Key == key);

    /// <summary>The parked key of which a message failed, or null.</summary>
    public ParkedKey? FindParked(long offset) => _parked.GetValueOrDefault(offset);

    /// <summary>Puts a line back as a checkpoint has it, in its order.</summary>
    public void Restore(OrderingKeyHash key, long offset)
    {
        var block = cursor.Blocks.Get(offset >> CursorBlock.Shift);
        int place = (int)(offset & (CursorBlock.Size - 1));
        ulong bit = 1UL << place;
        block.Keyed |= bit;
        block.KeyPlaces[place] = _lines.Join(key, offset);
        if (_lines.IsFront(block.KeyPlaces[place]) || ((block.Leased | block.Waiting) & bit) != 0)
            return;
        Hold(block, bit);
    }

    /// <summary>Puts a parked key back as a checkpoint has it.</summary>
    public void RestoreParked(ParkedKey parked)
    {
        Park(parked);
        var block = cursor.Blocks.Get(parked.Offset >> CursorBlock.Shift);
        cursor.Unready(block, 1UL << (int)(parked.Offset & (CursorBlock.Size - 1)));
    }

    private void ComeToFront(long offset)
    {
        long number = offset >> CursorBlock.Shift;
        var block = cursor.Blocks.Get(number);
        ulong bit = 1UL << (int)(offset & (CursorBlock.Size - 1));
        if ((block.Held & bit) == 0)
            return;
        Free(block, bit);
        cursor.MakeReady(number, block, bit);
    }

    private void Hold(CursorBlock block, ulong bit)
    {
        cursor.Unready(block, bit);
        block.Held |= bit;
        Held++;
    }

    private void Free(CursorBlock block, ulong bit)
    {
        Held -= BitOperations.PopCount(block.Held & bit);
        block.Held &= ~bit;
    }

    private void Unpark(long offset, CursorBlock block)
    {
        _parked.Remove(offset);
        block.Parked &= ~(1UL << (int)(offset & (CursorBlock.Size - 1)));
    }
}
