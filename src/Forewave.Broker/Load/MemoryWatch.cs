using Forewave.Broker.Settings;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Load;

/// <summary>
/// Sheds load before memory runs out: looks four times a second at what the process has, once a second while that is less than half of a bound, and from the bound on no message is taken until it
/// has a tenth less. Before it refuses it has the garbage collected, so that what counts is used, every 10 s at most; and while it does, after 20 s
/// and, as long as that brings too little, after twice the time before, 5 minutes at most: a collection stops the process for a moment. Its loop writes; any thread reads.
/// </summary>
internal sealed class MemoryWatch
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan CalmLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private readonly IProcessMemory _process;
    private readonly Func<long> _bound;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long? _collectedAt;
    private TimeSpan _pause = FirstPause;
    private long _used;
    private long _times;
    private volatile bool _isShort;

    /// <param name="process">What is watched.</param>
    /// <param name="bound">Bytes from which on nothing is taken; 0: 85 % of what the process may have.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of each beginning and end.</param>
    public MemoryWatch(IProcessMemory process, Func<long> bound, TimeProvider time, ILogger logger) =>
        (_process, _bound, _time, _logger) = (process, bound, time, logger);

    /// <summary>No message is taken at present.</summary>
    public bool IsShort => _isShort;

    /// <summary>Bytes at the last look.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>Bytes from which on nothing is taken; 0: nobody knows what the process may have, and all is taken.</summary>
    public long Bound => _bound() is > 0 and var told ? told : (long)(_process.Available * 0.85);

    /// <summary>How often it began.</summary>
    public long Times => Volatile.Read(ref _times);

    /// <summary>Looks until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Look, _time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            pulse.Beat();
            Judge();
            var next = Used < Bound / 2 ? CalmLook : Look;
            if (timer.Period != next)
                timer.Period = next;
        }
    }

    /// <summary>Looks once. For the loop alone.</summary>
    public void Judge()
    {
        long bound = Bound;
        long used = _process.Used;
        if (bound > 0 && used >= (_isShort ? Enough(bound) : bound) && MayCollect())
        {
            used = _process.Collect();
            var longer = 2 * _pause < LongestPause ? 2 * _pause : LongestPause;
            _pause = used < Enough(bound) ? FirstPause : longer;
        }
        Volatile.Write(ref _used, used);
        if (!_isShort && bound > 0 && used >= bound)
        {
            _isShort = true;
            Interlocked.Increment(ref _times);
            SettingLog.MemoryShort(_logger, used, $"{bound}");
        }
        else if (_isShort && (bound == 0 || used < Enough(bound)))
        {
            (_isShort, _pause) = (false, FirstPause);
            SettingLog.MemoryEnough(_logger, used, $"{bound}");
        }
    }

    private static long Enough(long bound) => bound - bound / 10;

    private bool MayCollect()
    {
        long now = _time.GetTimestamp();
        if (_collectedAt is { } before && _time.GetElapsedTime(before, now) < _pause)
            return false;
        _collectedAt = now;
        return true;
    }
}
