namespace Forewave.Broker.Sessions;

/// <summary>
/// Outputs that were written to while a group was committed: each is flushed once, after the whole group. For the commit
/// thread alone. A flush may send: many of them are left to other threads.
/// </summary>
internal sealed class FlushList(ILoopThreads threads)
{
    private const int MostHere = 8;

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
        bool isHere = _outputs.Count <= MostHere;
        foreach (var output in _outputs)
        {
            if (isHere)
                output.Flush();
            else
                threads.Queue(output);
        }
        _outputs.Clear();
    }
}
