using Forewave.Storage;

namespace Forewave.Broker.Search;

/// <summary>
/// The share of the disk that searching has: one pace for all searches and for reading of the key index's backlog together. While
/// others write to the log it is low and its pieces are small, so that no sync waits long behind a read. Thread-safe.
/// </summary>
internal sealed class SearchPace(TimeProvider time, Func<long> logBytes)
{
    private const int BusyPieceBytes = 64 * 1024;
    private const int QuietPieceBytes = 256 * 1024;
    private const long BusyBytesPerSecond = 16 * 1024 * 1024;
    private const long QuietBytesPerSecond = 256 * 1024 * 1024;

    // So much at once before anybody waits: what is shorter than a timer's tick is not waited for.
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(64);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan BusyFor = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private long _logBytes;
    private long _wroteAt;
    private bool _hasWritten;
    private long _next;

    /// <summary>Bytes to read at once.</summary>
    public int PieceBytes
    {
        get
        {
            lock (_lock)
                return IsBusy(time.GetTimestamp()) ? BusyPieceBytes : QuietPieceBytes;
        }
    }

    /// <summary>So many bytes were read: completes when more may be.</summary>
    public ValueTask TakeAsync(int bytes, CancellationToken cancellation)
    {
        TimeSpan wait;
        lock (_lock)
        {
            long now = time.GetTimestamp();
            double rate = IsBusy(now) ? BusyBytesPerSecond : QuietBytesPerSecond;
            long earliest = now - (long)(Ahead.TotalSeconds * time.TimestampFrequency);
            _next = Math.Max(_next, earliest) + (long)(bytes / rate * time.TimestampFrequency);
            wait = TimeSpan.FromSeconds((_next - now) / (double)time.TimestampFrequency);
        }
        return wait < ShortestWait ? ValueTask.CompletedTask : new ValueTask(Task.Delay(wait, time, cancellation));
    }

    private bool IsBusy(long now)
    {
        long bytes = logBytes();
        if (bytes != _logBytes)
        {
            _hasWritten = true;
            _logBytes = bytes;
            _wroteAt = now;
        }
        return _hasWritten && time.GetElapsedTime(_wroteAt, now) < BusyFor;
    }
}
