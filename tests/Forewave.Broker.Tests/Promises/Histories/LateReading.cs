namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>
/// How late what is read may be: the clock is moved when all that was sent is read, but for what waits for its commit then.
/// </summary>
/// <param name="moves">How often the clock may have been moved while something was on its way.</param>
internal sealed class LateReading(int moves)
{
    private readonly Queue<long> _times = new();
    private long _now;

    /// <summary>Not before this Unix time in milliseconds was handed out what is read now.</summary>
    public long Since => _times.Count < moves ? 0 : _times.Peek();

    public void Apply(HistoryEvent happened)
    {
        long now = happened.Time.ToUnixTimeMilliseconds();
        if (now == _now)
            return;
        if (_now > 0)
            _times.Enqueue(_now);
        if (_times.Count > moves)
            _times.Dequeue();
        _now = now;
    }
}
