namespace Forewave.Storage.Commits;

/// <summary>
/// Whether what waits to be written is worth a group: lazy records are not, until they are many or old, or until somebody
/// waits for them. Everything but <see cref="IsWanted"/> and the timer is guarded by the gather lock.
/// </summary>
internal sealed class LazyRecords : IDisposable
{
    /// <summary>So long they are left alone.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(5);

    /// <summary>So many bytes of them are worth a write and a sync.</summary>
    public const int MostBytes = 64 * 1024;

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _since;
    private long _bytes;
    private bool _isTimed;
    private volatile bool _isWanted;

    /// <param name="time">Clock of the wait.</param>
    /// <param name="due">Called when they may have waited for long enough: looks with <see cref="TryMeet"/>.</param>
    public LazyRecords(TimeProvider time, Action due)
    {
        _time = time;
        _timer = time.CreateTimer(static due => ((Action)due!)(), due, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something waits that is to be written now. Without the lock: a hint.</summary>
    public bool IsWanted => _isWanted;

    /// <summary>Something was appended; lazy when nobody waits for any of it.</summary>
    public void Appended(ByteCount size, bool isLazy)
    {
        if (!isLazy)
        {
            _isWanted = true;
        }

        if (_isWanted)
        {
            return;
        }

        if (_bytes == 0)
        {
            Begin();
        }

        _bytes += size.Value;
        _isWanted = _bytes >= MostBytes;
    }

    /// <summary>What waits, if anything, is to be written now.</summary>
    public void Hurry() => _isWanted = true;

    /// <summary>Everything that waited is being written.</summary>
    public void Taken()
    {
        _isWanted = false;
        _bytes = 0;
    }

    /// <summary>The timer came: true when what waits is to be written now, else it comes again while something waits.</summary>
    public bool TryMeet()
    {
        _isTimed = false;
        if (_bytes == 0 || _isWanted)
        {
            return false;
        }

        TimeSpan left = LongestWait - _time.GetElapsedTime(_since);
        _isWanted = left <= TimeSpan.Zero;
        if (!_isWanted)
        {
            Time(left);
        }

        return _isWanted;
    }

    public void Dispose() => _timer.Dispose();

    // The timer is left running when they are taken: under load it comes once in the longest wait, not once for each group.
    private void Begin()
    {
        _since = _time.GetTimestamp();
        if (!_isTimed)
        {
            Time(LongestWait);
        }
    }

    // Timers count whole milliseconds.
    private void Time(TimeSpan left)
    {
        _isTimed = true;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }
}
