namespace Forewave.Broker.Sessions;

/// <summary>
/// Outputs that were written to while a group was committed: each is flushed once, after the whole group. For the commit
/// thread alone.
/// </summary>
internal sealed class FlushList
{
    private readonly List<SessionOutput> _outputs = [];

    /// <summary>Has an output flushed at the end of the group.</summary>
    public void Add(SessionOutput output)
    {
        if (output.TryMarkForFlush())
            _outputs.Add(output);
    }

    /// <summary>Flushes them.</summary>
    public void FlushAll()
    {
        foreach (var output in _outputs)
            output.Flush();
        _outputs.Clear();
    }
}
