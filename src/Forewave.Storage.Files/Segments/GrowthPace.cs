using Forewave.Storage.Files.GroupCommit;

namespace Forewave.Storage.Files.Segments;

/// <summary>
/// How much of a spare file is filled at once: filling takes bandwidth and makes the log's syncs slow. In large steps while the
/// log is quiet; while it is written, only when there are too few spares, and twice as much as the log took meanwhile, so that a
/// quiet load does not meet a burst. One thread asks; the timer may come on any.
/// </summary>
internal sealed class GrowthPace : IDisposable
{
    /// <summary>Holds up a sync of the log by a millisecond or two, whatever the file system does with the zeros.</summary>
    public const int LargestStepBytes = 512 * 1024;

    /// <summary>Smaller ones are not worth their calls.</summary>
    public const int SmallestStepBytes = 64 * 1024;

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly WriterCounters _counters;
    private readonly ITimer _again;
    private long _groupsSeen;
    private long _bytesSeen;

    /// <param name="time">Clock of the pauses.</param>
    /// <param name="counters">Tell whether the log is written.</param>
    /// <param name="askAgain">Called when it is worth asking again.</param>
    public GrowthPace(TimeProvider time, WriterCounters counters, Action askAgain)
    {
        _counters = counters;
        _again = time.CreateTimer(_ => askAgain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How much to fill now, whole smallest steps; 0: nothing, it is worth asking again after a pause.</summary>
    /// <param name="isUrgent">There are too few spares, and the log does not wait for one yet.</param>
    public int NextStepBytes(bool isUrgent)
    {
        long groups = _counters.Groups;
        long bytes = _counters.Bytes;
        bool isBusy = groups != _groupsSeen;
        _groupsSeen = groups;
        long stepBytes = isBusy ? (bytes - _bytesSeen) * 2 : LargestStepBytes;
        if (isBusy && (!isUrgent || stepBytes < SmallestStepBytes))
        {
            _again.Change(isUrgent ? Pause : Quiet, Timeout.InfiniteTimeSpan);
            return 0;
        }

        _bytesSeen = bytes;
        return (int)Math.Min(stepBytes / SmallestStepBytes * SmallestStepBytes, LargestStepBytes);
    }

    public void Dispose() => _again.Dispose();
}
