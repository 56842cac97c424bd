namespace Forewave.Coordination.ZooKeeper;

/// <summary>
/// Wakes whoever waits for something to change. Take <see cref="Next"/> first, look then, wait for it last: so no change is missed.
/// Thread-safe; ringing runs nothing of those who wait.
/// </summary>
internal sealed class Bell
{
    private TaskCompletionSource _next = Silent();

    /// <summary>Done at the next ring.</summary>
    internal Task Next => Volatile.Read(ref _next).Task;

    internal void Ring() => Interlocked.Exchange(ref _next, Silent()).SetResult();

    private static TaskCompletionSource Silent() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
