namespace Forewave.Client.Consuming;

/// <summary>
/// Whether what has gathered is to be sent: acks that nobody waits for are not, until they are many or old. Guarded by the
/// consumer's lock, but for the timer.
/// </summary>
internal sealed class AckGathering : IDisposable
{
    /// <summary>So many are worth a frame.</summary>
    public const int MostMessages = 4_096;

    private readonly TimeSpan _delay;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _since;
    private long _messages;
    private bool _isTimed;

    /// <param name="delay">How long they may gather; zero: not at all.</param>
    /// <param name="time">Clock of that.</param>
    /// <param name="due">Called when they may have gathered for long enough: looks with <see cref="TryMeet"/>.</param>
    public AckGathering(TimeSpan delay, TimeProvider time, Action due)
    {
        _delay = delay;
        _time = time;
        _timer = time.CreateTimer(static due => ((Action)due!)(), due, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What has gathered, if anything, is to be sent.</summary>
    public bool IsDue { get; private set; }

    /// <summary>So many messages were settled.</summary>
    public void Added(uint messages)
    {
        if (_messages == 0)
        {
            Begin();
        }

        _messages += messages;
        IsDue |= _messages >= MostMessages || _delay == TimeSpan.Zero;
    }

    /// <summary>What has gathered is to be sent now.</summary>
    public void Hurry() => IsDue |= _messages > 0;

    /// <summary>What had gathered is on its way.</summary>
    public void Taken() => (_messages, IsDue) = (0, false);

    /// <summary>The timer came: true when what has gathered is to be sent now, else it comes again while something gathers.</summary>
    public bool TryMeet()
    {
        _isTimed = false;
        if (_messages == 0 || IsDue)
        {
            return false;
        }

        TimeSpan left = _delay - _time.GetElapsedTime(_since);
        IsDue = left <= TimeSpan.Zero;
        if (!IsDue)
        {
            Time(left);
        }

        return IsDue;
    }

    public void Dispose() => _timer.Dispose();

    // The timer is left running when they are sent: under load it comes once in the delay, not once for each frame.
    private void Begin()
    {
        _since = _time.GetTimestamp();
        if (!_isTimed && _delay > TimeSpan.Zero)
        {
            Time(_delay);
        }
    }

    // Timers count whole milliseconds.
    private void Time(TimeSpan left)
    {
        _isTimed = true;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }
}
