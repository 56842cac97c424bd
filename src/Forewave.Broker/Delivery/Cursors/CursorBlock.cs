using System.Numerics;
using System.Runtime.CompilerServices;

namespace Forewave.Broker.Delivery.Cursors;

/// <summary>
/// 64 consecutive offsets of a cursor, one bit each. Invariants: <see cref="Leased"/>, <see cref="Waiting"/> and
/// <see cref="Ready"/> are within <see cref="Unsettled"/>; leased and waiting exclude each other, and such a message points to
/// its hold; one that is neither was released and is ready, unless it is <see cref="Held"/> or <see cref="Parked"/>. Ready alone is not in checkpoints: it follows from the clock.
/// </summary>
internal sealed class CursorBlock
{
    /// <summary>Offsets in a block.</summary>
    public const int Size = 64;

    /// <summary>Memory of a block and of its places in the cursor's tables.</summary>
    public const int MemoryBytes = 520;

    /// <summary>Bits that turn an offset into its block's number.</summary>
    public const int Shift = 6;

    private Attempts _attempts;
    private Holds _holds;
    private int[]? _keyPlaces;

    /// <summary>Handed out and not settled.</summary>
    public ulong Unsettled;

    /// <summary>The last record about it gave or extended a lease; the lease may have expired since.</summary>
    public ulong Leased;

    /// <summary>Nacked: it waits for its time.</summary>
    public ulong Waiting;

    /// <summary>Can be handed out again now: released, due, or its lease expired.</summary>
    public ulong Ready;

    /// <summary>On its way to the dead letters; nobody gets it meanwhile. Not in checkpoints.</summary>
    public ulong Dying;

    /// <summary>Of these, what somebody gave up: an ack comes too late. Not in checkpoints.</summary>
    public ulong GivenUp;

    /// <summary>At or after the read offset and yet known: settled or leased by a handle of an earlier epoch.</summary>
    public ulong Ahead;

    /// <summary>It has an ordering key, and a place in its line.</summary>
    public ulong Keyed;

    /// <summary>It waits for the message before it in its key.</summary>
    public ulong Held;

    /// <summary>It failed for good and its key is set aside.</summary>
    public ulong Parked;

    /// <summary>It stands in the cursor's list of blocks with ready messages.</summary>
    public bool IsListed;

    /// <summary>The attempts of the 64 messages; 0 where none was made.</summary>
    public Span<ushort> AttemptsOf => _attempts;

    /// <summary>The holds that they are in; meaningless where neither leased nor waiting.</summary>
    public Span<int> HoldsOf => _holds;

    /// <summary>Their places in the lines of their keys; meaningless where not <see cref="Keyed"/>.</summary>
    public int[] KeyPlaces => _keyPlaces ??= new int[Size];

    /// <summary>With a consumer now: leased, not expired, not dying.</summary>
    public ulong Out => Leased & ~Ready & ~Dying;

    /// <summary>Nothing of it has to be remembered.</summary>
    public bool IsEmpty => (Unsettled | Ahead) == 0;

    /// <summary>The lowest bits, so many.</summary>
    public static ulong Bits(int count) => count == Size ? ulong.MaxValue : (1UL << count) - 1;

    /// <summary>The attempt that a ready message gets next: a release does not count.</summary>
    public uint NextAttempt(int place)
    {
        bool counted = ((Leased | Waiting) >> place & 1) != 0;
        return AttemptsOf[place] + (counted ? 1u : 0u);
    }

    /// <summary>How many ready messages from a place on get the same attempt next.</summary>
    public int ReadyLength(int from, uint attempt, int max)
    {
        int limit = Math.Min(Math.Min(max, Size - from), BitOperations.TrailingZeroCount(~(Ready >> from)));
        int length = 0;
        while (length < limit && NextAttempt(from + length) == attempt)
            length++;
        return length;
    }

    /// <summary>The first consecutive messages of a mask that are in one hold.</summary>
    public BlockPart SameHold(long number, ulong mask)
    {
        int from = BitOperations.TrailingZeroCount(mask);
        int length = Math.Min(BitOperations.TrailingZeroCount(~(mask >> from)), Size - from);
        int other = HoldsOf.Slice(from, length).IndexOfAnyExcept(HoldsOf[from]);
        return new BlockPart(number, from) { Count = other < 0 ? length : other };
    }

    /// <summary>What of a mask is in a hold.</summary>
    public ulong InHold(ulong mask, int hold)
    {
        ulong found = 0;
        for (ulong rest = mask; rest != 0; rest &= rest - 1)
        {
            int place = BitOperations.TrailingZeroCount(rest);
            if (HoldsOf[place] == hold)
                found |= 1UL << place;
        }
        return found;
    }

    [InlineArray(Size)]
    private struct Attempts
    {
        private ushort _first;
    }

    [InlineArray(Size)]
    private struct Holds
    {
        private int _first;
    }
}
