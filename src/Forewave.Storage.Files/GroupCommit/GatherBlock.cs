using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.GroupCommit;

/// <summary>
/// A pinned array that first gathers records, then is written, then stays as recent memory until it is claimed anew. It
/// mirrors consecutive bytes of one segment.
/// <para>
/// <see cref="Filled"/>, <see cref="Taken"/> and claiming belong to whoever holds the gather lock; <see cref="Committed"/> is
/// moved by the log's writer; pinning is for any thread. Between the two, bytes up to Filled are only written once.
/// </para>
/// </summary>
internal sealed class GatherBlock : IStoredRunOwner
{
    private const int Claimed = -1;

    private readonly Action _unpinned;
    private readonly int _standardBytes;
    private byte[] _bytes = [];
    private ulong _start;
    private int _committed;
    private int _pins;

    /// <param name="standardBytes">Size, except while it holds one append that is larger.</param>
    /// <param name="unpinned">Called when a reader lets go.</param>
    public GatherBlock(int standardBytes, Action unpinned)
    {
        _standardBytes = standardBytes;
        _unpinned = unpinned;
    }

    public byte[] Bytes => _bytes;

    /// <summary>The segment that it mirrors.</summary>
    public Segment? Segment { get; private set; }

    /// <summary>Byte of the segment at which it begins.</summary>
    public int StartByte => (int)(uint)_start;

    /// <summary>Bytes that hold records.</summary>
    public int Filled { get; set; }

    /// <summary>Bytes that the writer has taken.</summary>
    public int Taken { get; set; }

    /// <summary>Bytes that are on stable storage and may be read.</summary>
    public int Committed
    {
        get => Volatile.Read(ref _committed);
        set => Volatile.Write(ref _committed, value);
    }

    public int RoomBytes => _bytes.Length - Filled;

    /// <summary>
    /// Takes the block for other bytes. False: it is not committed as a whole, or a reader holds it. A full fence lies
    /// before the look at the readers.
    /// </summary>
    public bool TryClaim(in BlockClaim claim)
    {
        if (Committed != Filled || Interlocked.CompareExchange(ref _pins, Claimed, 0) != 0)
        {
            return false;
        }

        int wanted = Math.Max(claim.MinBytes, _standardBytes);
        if (_bytes.Length != wanted)
        {
            // Zeros: whole pages are written, and what another log left in this memory could pass for records of this one.
            _bytes = GC.AllocateArray<byte>(wanted, pinned: true);
        }

        Filled = 0;
        Taken = 0;
        Committed = 0;
        Segment = claim.Segment;
        _start = new LogPlace(claim.Segment.Number, claim.StartByte).Location.Bits;
        Volatile.Write(ref _pins, 0);
        return true;
    }

    /// <summary>Holds the block if the committed part of it has this record; <paramref name="at"/> is its place in it.</summary>
    public bool TryPin(RecordLocation location, out int at)
    {
        at = (int)(location.Bits - Volatile.Read(ref _start));
        if (location.Bits - Volatile.Read(ref _start) >= (ulong)Committed || !TryPin())
        {
            return false;
        }

        // It may have been claimed in between.
        ulong distance = location.Bits - _start;
        at = (int)distance;
        if (distance < (ulong)Committed)
        {
            return true;
        }

        Release();
        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _pins) == 0)
        {
            _unpinned();
        }
    }

    private bool TryPin()
    {
        int pins = Volatile.Read(ref _pins);
        while (pins != Claimed)
        {
            int seen = Interlocked.CompareExchange(ref _pins, pins + 1, pins);
            if (seen == pins)
            {
                return true;
            }

            pins = seen;
        }

        return false;
    }
}
