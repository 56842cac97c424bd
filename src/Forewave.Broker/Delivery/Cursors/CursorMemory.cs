namespace Forewave.Broker.Delivery.Cursors;

/// <summary>
/// The memory that the cursors of all groups take, as one budget. When it is used up, groups that have more than
/// <see cref="FreeBytes"/> get no first deliveries until something is settled; the others go on. Thread-safe.
/// </summary>
internal sealed class CursorMemory
{
    /// <summary>So much every group may have whatever the others take: about 100,000 messages that lie together.</summary>
    public const long FreeBytes = 1024 * 1024;

    private readonly long _maxBytes;
    private long _bytes;

    /// <summary>Bounds the memory.</summary>
    public CursorMemory(long maxBytes) => _maxBytes = maxBytes;

    /// <summary>Bytes that are taken.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether a group that takes so much may take more.</summary>
    public bool HasRoomFor(long groupBytes) => groupBytes <= FreeBytes || Bytes < _maxBytes;

    /// <summary>A group takes another number of bytes than before.</summary>
    /// <param name="before">What it was counted with; becomes what it takes now. Its loop's own.</param>
    /// <param name="now">What it takes now.</param>
    public void Count(ref long before, long now)
    {
        if (before == now)
            return;
        Interlocked.Add(ref _bytes, now - before);
        before = now;
    }
}
