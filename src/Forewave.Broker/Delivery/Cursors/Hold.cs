namespace Forewave.Broker.Delivery.Cursors;

/// <summary>
/// What keeps a range of messages from being handed out until its end: a lease or a wait. Messages leave it one by one or in
/// runs; it is gone when none is left. A place in <see cref="HoldTable"/>.
/// </summary>
internal struct Hold
{
    /// <summary>Lease or wait.</summary>
    public HoldKind Kind;

    /// <summary>A lease of settled messages that come once more.</summary>
    public bool IsReplayed;

    /// <summary>Raised when the place is given anew: tells old deadlines from new ones.</summary>
    public uint Generation;

    /// <summary>Offset of the first message that it was made for.</summary>
    public long First;

    /// <summary>How many offsets it was made for; not all of them need still be in it.</summary>
    public int Count;

    /// <summary>Messages in it.</summary>
    public int Live;

    /// <summary>Unix time in milliseconds of its end, as recorded.</summary>
    public long EndTime;

    /// <summary>Unix time in milliseconds when the lease was given, however often it was extended; of a wait 0.</summary>
    public long SinceTime;

    /// <summary>How long the lease lasts, in milliseconds; it runs that long again after a restart.</summary>
    public uint VisibilityMilliseconds;

    /// <summary>The epoch that gave the lease; 0: some earlier one, it became known by its handle alone.</summary>
    public uint Epoch;

    /// <summary>Who has the lease: a place in the group's consumers.</summary>
    public int Consumer;

    /// <summary>The next lease of the same consumer, and the next free place; -1 at the end.</summary>
    public int Next;

    /// <summary>The lease before of the same consumer; -1 at the start.</summary>
    public int Previous;
}
