using Forewave.Coordination.Routes;
using Forewave.Coordination.ZooKeeper;

namespace Forewave.Server.Members;

/// <summary>What a broker knows of its cluster, from its start to its end: one loop with a session of its own, owned by this.</summary>
internal sealed class ClusterHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ClusterFollowing _following;
    private readonly Task _loop;

    /// <summary>Begins.</summary>
    public ClusterHost(ZooKeeperOptions zooKeeper, Action<string> told, TimeProvider time)
    {
        _following = new ClusterFollowing(async end => await ZooKeeperSession.OpenAsync(zooKeeper, end), told, time);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>The cluster.</summary>
    public IClusterView View => _following;

    /// <summary>The same, with what it counts.</summary>
    public ClusterFollowing Following => _following;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await _following.RunAsync(_end.Token);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // As it was told.
        }
    }
}
