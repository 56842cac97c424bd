namespace Forewave.Storage.Files.GroupCommit;

/// <summary>What the log's writer did, for metrics. Moved by the writer alone; for any thread to read.</summary>
internal sealed class WriterCounters
{
    private long _groups;
    private long _syncs;
    private long _bytes;
    private long _syncTicks;

    public long Groups => Volatile.Read(ref _groups);

    public long Syncs => Volatile.Read(ref _syncs);

    public long Bytes => Volatile.Read(ref _bytes);

    public TimeSpan SyncTime => new(Volatile.Read(ref _syncTicks));

    public void AddGroup(long bytes)
    {
        Volatile.Write(ref _groups, _groups + 1);
        Volatile.Write(ref _bytes, _bytes + bytes);
    }

    public void AddSync(TimeSpan duration)
    {
        Volatile.Write(ref _syncs, _syncs + 1);
        Volatile.Write(ref _syncTicks, _syncTicks + duration.Ticks);
    }
}
