using System.Numerics;
using Forewave.Protocol;

namespace Forewave.Broker.Deduplication;

/// <summary>
/// The newest ids: an open hash table of 32 bytes a slot, at most three quarters full. Not thread-safe: whoever holds the gate of
/// <see cref="KnownIds"/> owns it. Slots stay where they are until <see cref="Reserve"/> grows the table.
/// </summary>
internal sealed class IdTable
{
    /// <summary>Ids in a full table, unless told otherwise: 2 MiB.</summary>
    public const int DefaultCapacity = 49_152;

    private const int FirstSlots = 1_024;
    private Slot[] _slots = [];
    private long _base;

    public IdTable(int capacity) => Capacity = capacity;

    /// <summary>Ids that it may hold.</summary>
    public int Capacity { get; }

    /// <summary>Ids that it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Memory that it takes.</summary>
    public long Bytes => _slots.Length * 32L;

    /// <summary>Whether so many more may be added now: there is room, and the age of its oldest can be told.</summary>
    public bool MayTake(int ids, IdTime now) =>
        Count == 0 || (Count + ids <= Capacity && now.Milliseconds - _base < (long)Limits.MaxDeduplicationWindow.TotalMilliseconds);

    /// <summary>Makes room for so many more.</summary>
    public void Reserve(int ids)
    {
        int wanted = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(FirstSlots, (Count + ids) * 4 / 3 + 1));
        if (wanted <= _slots.Length)
            return;
        var former = _slots;
        _slots = new Slot[wanted];
        foreach (ref readonly var slot in former.AsSpan())
        {
            if (slot.Position != 0)
                _slots[SlotOf(new IdHash { High = slot.High, Low = slot.Low })] = slot;
        }
    }

    /// <summary>What is known of an id.</summary>
    public bool TryFind(in IdHash hash, out KnownId known)
    {
        known = default;
        if (Count == 0)
            return false;
        ref readonly var slot = ref _slots[SlotOf(hash)];
        if (slot.Position == 0)
            return false;
        known = KnownIn(slot);
        return true;
    }

    /// <summary>Notes an id at a position, in the place of an older one; there is room. Returns what was there.</summary>
    public KnownId? Put(in KnownId known)
    {
        if (Count == 0)
            _base = known.Time.Milliseconds;
        ref var slot = ref _slots[SlotOf(known.Hash)];
        KnownId? former = slot.Position == 0 ? null : KnownIn(slot);
        Count += former is null ? 1 : 0;
        slot.High = known.Hash.High;
        slot.Low = known.Hash.Low;
        slot.Position = known.Position.Bits;
        slot.Queue = known.Queue;
        slot.Age = (uint)Math.Max(0, known.Time.Milliseconds - _base);
        return former;
    }

    /// <summary>Takes back the last <see cref="Put"/> that was not taken back.</summary>
    public void TakeBack(in IdHash hash, KnownId? former)
    {
        if (former is { } known)
        {
            Put(known);
            return;
        }
        // Nothing was added after it, so no other id was pushed on by it.
        _slots[SlotOf(hash)] = default;
        Count--;
    }

    /// <summary>A copy of all ids, in no order.</summary>
    public KnownId[] ToArray()
    {
        var all = new KnownId[Count];
        int count = 0;
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Position != 0)
                all[count++] = KnownIn(slot);
        }
        return all;
    }

    private KnownId KnownIn(in Slot slot) => new()
    {
        Hash = new IdHash { High = slot.High, Low = slot.Low },
        Position = LogPosition.FromBits(slot.Position),
        Queue = slot.Queue,
        Time = new IdTime(_base + slot.Age),
    };

    /// <summary>The slot that has the hash, or the free one where it belongs.</summary>
    private int SlotOf(in IdHash hash)
    {
        int mask = _slots.Length - 1;
        int at = (int)hash.Low & mask;
        while (_slots[at].Position != 0 && (_slots[at].Low != hash.Low || _slots[at].High != hash.High))
            at = (at + 1) & mask;
        return at;
    }

    private struct Slot
    {
        public ulong High;
        public ulong Low;
        public ulong Position;
        public uint Queue;
        public uint Age;
    }
}
