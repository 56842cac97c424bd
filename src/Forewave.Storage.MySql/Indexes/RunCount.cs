namespace Forewave.Storage.MySql.Indexes;

/// <summary>How many runs of all indexes are not in their tables yet: what memory grows with. Any thread.</summary>
internal sealed class RunCount
{
    private long _value;

    /// <summary>So many.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>There are more, or fewer.</summary>
    public void Change(long by) => Interlocked.Add(ref _value, by);
}
