using Forewave.Storage.Files.GroupCommit;

namespace Forewave.Storage.Files.Segments;

/// <summary>
/// Lets spare files be filled while the log is quiet: filling them takes bandwidth and makes its syncs slow. One thread asks;
/// the timer may come on any.
/// </summary>
internal sealed class GrowthPace : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);

    private readonly WriterCounters _counters;
    private readonly ITimer _again;
    private long _groupsSeen;

    /// <param name="time">Clock of the pauses.</param>
    /// <param name="counters">Tell whether the log is written.</param>
    /// <param name="askAgain">Called when it is worth asking again.</param>
    public GrowthPace(TimeProvider time, WriterCounters counters, Action askAgain)
    {
        _counters = counters;
        _again = time.CreateTimer(_ => askAgain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether groups were written since the last time; then it is worth asking again after a pause.</summary>
    public bool IsLogBusy()
    {
        long groups = _counters.Groups;
        bool isBusy = groups != _groupsSeen;
        _groupsSeen = groups;
        if (isBusy)
        {
            _again.Change(Quiet, Timeout.InfiniteTimeSpan);
        }

        return isBusy;
    }

    public void Dispose() => _again.Dispose();
}
