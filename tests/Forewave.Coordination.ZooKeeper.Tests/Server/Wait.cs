namespace Forewave.Coordination.ZooKeeper.Tests.Server;

/// <summary>Waits for what surely comes; 45 s are the end of all patience.</summary>
internal static class Wait
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    internal static async Task<T> ForAsync<T>(Func<CancellationToken, IAsyncEnumerable<T>> told, Func<T, bool> isIt)
    {
        using var end = new CancellationTokenSource(Patience);
        await foreach (T item in told(end.Token))
        {
            if (isIt(item))
                return item;
        }

        throw new InvalidOperationException("It ended before it came.");
    }

    internal static Task<GroupView> ForAsync(ICoordinationSession session, PartitionNumber partition, Func<GroupView, bool> isIt) =>
        ForAsync(end => session.WatchAsync(partition, end), isIt);

    internal static Task<SessionState> ForAsync(ICoordinationSession session, SessionState state) =>
        ForAsync(session.StatesAsync, found => found == state);
}
