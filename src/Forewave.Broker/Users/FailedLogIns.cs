using Forewave.Protocol;

namespace Forewave.Broker.Users;

/// <summary>
/// How long the next log-in has to wait after some that failed: for a user at a host, and for a host. Bounded: who failed longest ago is
/// forgotten first. Thread-safe; never throws.
/// </summary>
internal sealed class FailedLogIns(TimeProvider time)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);
    private readonly Lock _lock = new();
    private readonly Dictionary<LogInPlace, LinkedListNode<Failures>> _known = [];
    private readonly LinkedList<Failures> _oldest = new();

    /// <summary>How many are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _known.Count;
        }
    }

    /// <summary>How long a log-in has to wait from now on; zero: not at all.</summary>
    public TimeSpan DelayOf(LogInPlace place)
    {
        lock (_lock)
        {
            var own = Left(place, Limits.FreeLogInFailures);
            var host = Left(place with { User = null }, Limits.FreeAddressFailures);
            return own > host ? own : host;
        }
    }

    /// <summary>One failed.</summary>
    public void Failed(LogInPlace place)
    {
        lock (_lock)
        {
            Add(place);
            Add(place with { User = null });
        }
    }

    /// <summary>One succeeded: those of the user at the host are forgotten. Those of the host are not, or one account would let guess others.</summary>
    public void Succeeded(LogInPlace place)
    {
        lock (_lock)
        {
            if (_known.Remove(place, out var node))
                _oldest.Remove(node);
        }
    }

    private void Add(LogInPlace place)
    {
        int count = _known.Remove(place, out var node) && !IsForgotten(node.Value) ? node.Value.Count : 0;
        if (node is not null)
            _oldest.Remove(node);
        _known[place] = _oldest.AddLast(new Failures(place, count + 1, time.GetTimestamp()));
        if (_known.Count <= Limits.RememberedFailures)
            return;
        _known.Remove(_oldest.First!.Value.Place);
        _oldest.RemoveFirst();
    }

    private TimeSpan Left(LogInPlace place, int free)
    {
        if (!_known.TryGetValue(place, out var node) || IsForgotten(node.Value) || node.Value.Count < free)
            return TimeSpan.Zero;
        var delay = FirstDelay * Math.Pow(2, Math.Min(node.Value.Count - free, 16));
        if (delay > Limits.MaxLogInDelay)
            delay = Limits.MaxLogInDelay;
        var left = delay - time.GetElapsedTime(node.Value.At);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private bool IsForgotten(in Failures failures) => time.GetElapsedTime(failures.At) >= Limits.LogInFailuresForgotten;

    private readonly record struct Failures(LogInPlace Place, int Count, long At);
}
