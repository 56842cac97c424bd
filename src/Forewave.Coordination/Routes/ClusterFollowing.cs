using System.Diagnostics.CodeAnalysis;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Coordination.Routes;

/// <summary>
/// Follows the routes of a cluster across sessions: one loop, <see cref="RunAsync"/>, once; what fails is tried again. All else may be called
/// from any thread. While there is no session the table stays as it was, and slots that nobody has asked for cannot be had.
/// </summary>
/// <param name="open">Opens a session; called again whenever one has ended. What it returns is disposed here.</param>
/// <param name="told">Told in words for an operator what does not work; short, not throwing.</param>
/// <param name="time">The clock of its pauses.</param>
public sealed class ClusterFollowing(
    Func<CancellationToken, ValueTask<ICoordinationSession>> open, Action<string> told, TimeProvider time) : IClusterView
{
    private const int ReadsAtOnce = 256;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSource();
    private TaskCompletionSource<IClusterSession> _session = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RouteTable _routes = RouteTable.Empty;
    private long _changes;
    private volatile bool _isFollowed;

    /// <inheritdoc/>
    public RouteTable Routes => Volatile.Read(ref _routes);

    /// <summary>How many tables were other ones than those before.</summary>
    public long Changes => Interlocked.Read(ref _changes);

    /// <summary>A session tells each change at present.</summary>
    public bool IsFollowed => _isFollowed;

    /// <inheritdoc/>
    public async Task ChangedAsync(ulong known, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
                changed = _changed.Task;
            if (Routes.Version != known)
                return;
            await changed.WaitAsync(cancellation);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<SlotMap> SlotsAsync(QueueName queue, CancellationToken cancellation)
    {
        using CancellationTokenSource end = EndOf(cancellation);
        return await AskAsync(
            async session =>
            {
                // The first broker of all has announced itself before it takes a queue.
                while (Routes.IsEmpty)
                    await ChangedAsync(Routes.Version, end.Token);
                return await session.MakeSlotsAsync(queue, SlotMap.Spread(Routes.Routes.Select(route => route.Partition)), end.Token);
            },
            end.Token,
            cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<QueueName, SlotMap>> AdoptAsync(
        PartitionNumber partition, IReadOnlyCollection<QueueName> queues, CancellationToken cancellation)
    {
        SlotMap own = SlotMap.Spread([partition]);
        Dictionary<QueueName, SlotMap> adopted = [];
        foreach (QueueName[] some in queues.Chunk(ReadsAtOnce))
        {
            using CancellationTokenSource end = EndOf(cancellation);
            SlotMap[] maps = await AskAsync(
                session => Task.WhenAll(some.Select(queue => session.MakeSlotsAsync(queue, own, end.Token).AsTask())), end.Token, cancellation);
            for (int i = 0; i < some.Length; i++)
                adopted[some[i]] = maps[i];
        }
        return adopted;
    }

    /// <summary>Follows until it is cancelled.</summary>
    /// <exception cref="OperationCanceledException">Always, in the end.</exception>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What fails is told and tried again.")]
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await FollowAsync(cancellation);
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
            {
                told($"The routes of the cluster cannot be followed: {failure.Message}");
            }
            await Task.Delay(Pause, time, cancellation);
        }
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        await using ICoordinationSession session = await open(cancellation);
        if (session is not IClusterSession cluster)
            throw new ForewaveException(ErrorCode.CapabilityMissing, "the coordination service knows of no routes");
        try
        {
            lock (_gate)
                _session.TrySetResult(cluster);
            await foreach (RouteTable table in cluster.WatchRoutesAsync(cancellation))
                Tell(table);
        }
        finally
        {
            _isFollowed = false;
            lock (_gate)
                _session = new TaskCompletionSource<IClusterSession>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Tell(RouteTable table)
    {
        TaskCompletionSource before;
        _isFollowed = true;
        if (table.Version != Routes.Version)
            Interlocked.Increment(ref _changes);
        lock (_gate)
        {
            _routes = table;
            (before, _changed) = (_changed, NewSource());
        }
        before.SetResult();
    }

    // With the session there is, or the next one, as long as the patience lasts.
    private async ValueTask<T> AskAsync<T>(Func<IClusterSession, Task<T>> ask, CancellationToken end, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                Task<IClusterSession> session;
                lock (_gate)
                    session = _session.Task;
                try
                {
                    return await ask(await session.WaitAsync(end));
                }
                catch (ForewaveException expired) when (expired.Code == ErrorCode.CoordinationExpired)
                {
                    await Task.Delay(Pause / 10, time, end);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ForewaveException(ErrorCode.CoordinationUnreachable, $"the coordination service did not tell the slots of a queue within {Patience.TotalSeconds} s");
        }
    }

    private CancellationTokenSource EndOf(CancellationToken cancellation)
    {
        CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(Patience);
        return end;
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
