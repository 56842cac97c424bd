using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Routes;
using Microsoft.Extensions.Logging;

namespace Forewave.Client.Routing;

/// <summary>
/// Follows the routes: from a source where there is one, else by a long poll at one of the brokers, and by asking the others when one does
/// not answer. One loop, begun when it is known that there is a cluster; for a broker that is alone it never runs. Thread-safe.
/// </summary>
internal sealed class RouteFollowing(PartitionLinks links, ForewaveClientOptions options, IRouteSource? source) : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(1);
    private const int MaxProbes = 4;

    private readonly ILogger _logger = options.LoggerFactory.CreateLogger("Forewave.Client");
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _doubt = NewDoubt();
    private Task? _loop;
    private bool _isEnded;

    /// <summary>The routes come from elsewhere than from the brokers.</summary>
    public bool HasSource => source is not null;

    /// <summary>The client is used for the first time.</summary>
    public void Begin()
    {
        if (source is not null)
        {
            Start(() => WatchAsync(source));
        }
    }

    /// <summary>There is a cluster.</summary>
    public void Follow() => Start(PollAsync);

    /// <summary>A broker does not answer.</summary>
    public void Doubt()
    {
        lock (_lock)
        {
            _doubt.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task? loop;
        lock (_lock)
        {
            _isEnded = true;
            loop = _loop;
        }

        await _end.CancelAsync().ConfigureAwait(false);
        if (loop is not null)
        {
            await loop.ConfigureAwait(false);
        }
    }

    private void Start(Func<Task> run)
    {
        lock (_lock)
        {
            if (!_isEnded)
            {
                _loop ??= Task.Run(() => GuardAsync(run));
            }
        }
    }

    private async Task GuardAsync(Func<Task> run)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // As it was told.
        }
    }

    private async Task WatchAsync(IRouteSource routes)
    {
        while (true)
        {
            try
            {
                await foreach (RouteTable table in routes.WatchAsync(_end.Token).ConfigureAwait(false))
                {
                    links.Learn(table);
                }
            }
            catch (Exception failure) when (!_end.IsCancellationRequested)
            {
                ClientLog.RoutesNotFollowed(_logger, failure.Message);
            }

            await Task.Delay(Grace, options.TimeProvider, _end.Token).ConfigureAwait(false);
        }
    }

    private async Task PollAsync()
    {
        long renewed = options.TimeProvider.GetTimestamp();
        (Connection? asked, Connection? silent, ulong version) = (null, null, 0ul);
        while (true)
        {
            // Who answered last is asked again: versions are those of one broker.
            Connection? connection = asked is { IsEnding: false } ? asked : LiveConnection(silent);
            if (connection is null)
            {
                // The links look for their brokers, each after its pause, and learn from whoever refuses.
                await Task.Delay(Pause, options.TimeProvider, _end.Token).ConfigureAwait(false);
                continue;
            }

            RouteTable? table = await AskAsync(connection, connection == asked ? version : 0).ConfigureAwait(false);
            asked = table is null ? null : connection;
            silent = table is null ? connection : null;
            version = table?.Version ?? 0;
            bool isDoubted = TakeDoubt();
            if (table is not null)
            {
                links.Learn(table);
            }

            if (table is null || isDoubted || options.TimeProvider.GetElapsedTime(renewed) > Renewal)
            {
                await AskOthersAsync(connection).ConfigureAwait(false);
                renewed = options.TimeProvider.GetTimestamp();
                // Clients that lost one broker together do not ask the others together again and again.
                await Task.Delay(Pause * (1 + (2 * Random.Shared.NextDouble())), options.TimeProvider, _end.Token).ConfigureAwait(false);
            }
        }
    }

    // Another one than this, if there is another.
    private Connection? LiveConnection(Connection? silent)
    {
        List<Connection> live = [.. links.All.Select(link => link.Link.Shared).OfType<Connection>()];
        return live.Find(one => one != silent) ?? live.FirstOrDefault();
    }

    // Null: it did not answer. A doubt ends the wait; then it may be the one that is doubted.
    private async ValueTask<RouteTable?> AskAsync(Connection connection, ulong version)
    {
        using CancellationTokenSource late = new(Poll + Grace, options.TimeProvider);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _end.Token);
        Task<RouteTable> answer = RouteRequest.AskAsync(connection, (version, Poll), end.Token).AsTask();
        Task doubt;
        lock (_lock)
        {
            doubt = _doubt.Task;
        }

        try
        {
            await Task.WhenAny(answer, doubt).ConfigureAwait(false);
            if (!answer.IsCompleted)
            {
                await late.CancelAsync().ConfigureAwait(false);
            }

            return await answer.ConfigureAwait(false);
        }
        catch (Exception e) when (e is ForewaveException || (e is OperationCanceledException && !_end.IsCancellationRequested))
        {
            return null;
        }
    }

    // All that there are, at the same time: whoever is late costs a second.
    private async Task AskOthersAsync(Connection? doubted)
    {
        using CancellationTokenSource late = new(Grace, options.TimeProvider);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _end.Token);
        List<Task<RouteTable?>> asked = [.. links.All.Select(link => link.Link.Shared).OfType<Connection>().Where(one => one != doubted).Select(one => TryAskAsync(one, end.Token))];
        if (options.Connector is null)
        {
            asked.AddRange(links.Places.Take(MaxProbes).Select(place => RouteRequest.ProbeAsync(place, options, end.Token).AsTask()));
        }

        foreach (Task<RouteTable?> one in asked)
        {
            if (await one.ConfigureAwait(false) is { } table)
            {
                links.Learn(table);
            }
        }
    }

    private static async Task<RouteTable?> TryAskAsync(Connection connection, CancellationToken end)
    {
        try
        {
            return await RouteRequest.AskAsync(connection, default, end).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ForewaveException or OperationCanceledException)
        {
            return null;
        }
    }

    private bool TakeDoubt()
    {
        lock (_lock)
        {
            bool isDoubted = _doubt.Task.IsCompleted;
            if (isDoubted)
            {
                _doubt = NewDoubt();
            }

            return isDoubted;
        }
    }

    private static TaskCompletionSource NewDoubt() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
