namespace Forewave.Storage.MySql.Log;

/// <summary>What the log's writer did, for metrics. Moved by the writer alone; for any thread to read.</summary>
internal sealed class LogCounters
{
    private long _groups;
    private long _bytes;
    private long _ticks;
    private long _retries;

    public long Groups => Volatile.Read(ref _groups);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Time spent in transactions of the log.</summary>
    public TimeSpan Time => new(Volatile.Read(ref _ticks));

    /// <summary>Groups that were tried again.</summary>
    public long Retries => Volatile.Read(ref _retries);

    public void Add(ByteCount group, TimeSpan duration)
    {
        Volatile.Write(ref _groups, _groups + 1);
        Volatile.Write(ref _bytes, _bytes + group.Value);
        Volatile.Write(ref _ticks, _ticks + duration.Ticks);
    }

    public void AddRetry() => Volatile.Write(ref _retries, _retries + 1);
}
