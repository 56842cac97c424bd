using Forewave.Cli.Verbs;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>
/// Reads queues through a group: at least one consumer each, shared out over a few connections; every message is counted and
/// acked. One use. Disposal releases what was not handed out and closes the connections.
/// </summary>
internal sealed class BenchReading : IAsyncDisposable
{
    private const int MaxBatch = 512;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly BenchReadPlan _plan;
    private readonly DeliveryTracker _tracker;
    private readonly List<ForewaveClient> _clients = [];
    private readonly List<Consumer> _consumers = [];
    private readonly CancellationTokenSource _end = new();
    private Task _loops = Task.CompletedTask;
    private long _settleErrors;

    private BenchReading(BenchReadPlan plan, DeliveryTracker tracker)
    {
        _plan = plan;
        _tracker = tracker;
    }

    /// <summary>Acks that the broker refused.</summary>
    public long Errors => Volatile.Read(ref _settleErrors);

    /// <summary>Subscribes all consumers and begins.</summary>
    public static async Task<BenchReading> StartAsync(BenchReadPlan plan, DeliveryTracker tracker, CancellationToken cancellation)
    {
        BenchReading reading = new(plan, tracker);
        try
        {
            reading.AddConsumers();
            await Task.WhenAll(reading._clients.Select(client => client.ReachAsync(cancellation)));
            await Task.WhenAll(reading._consumers.Select(consumer => consumer.SubscribedAsync(cancellation)));
        }
        catch
        {
            await reading.DisposeAsync();
            throw;
        }
        reading._loops = Task.WhenAll(reading._consumers.Select(consumer => Task.Run(() => reading.LoopAsync(consumer), CancellationToken.None)));
        return reading;
    }

    /// <summary>
    /// Completes when so many different messages were received, or nothing came for as long as <paramref name="idle"/>; then
    /// the acks are answered too.
    /// </summary>
    public async Task WaitAsync(long messages, TimeSpan idle, CancellationToken cancellation)
    {
        var begun = BenchInstant.Now;
        while (_tracker.Distinct < messages)
        {
            if (_loops.IsCompleted)
                await _loops;
            long since = Math.Min(begun.TicksSince, _tracker.LastArrival.TicksSince);
            if (since >= idle.TotalSeconds * System.Diagnostics.Stopwatch.Frequency)
                break;
            await Task.Delay(Look, TimeProvider.System, cancellation);
        }
        await Task.WhenAll(_consumers.Select(consumer => consumer.FlushAsync(cancellation)));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_consumers.Select(consumer => consumer.DisposeAsync().AsTask()));
        foreach (var client in _clients)
            await client.DisposeAsync();
        _end.Dispose();
    }

    private void AddConsumers()
    {
        for (int i = 0; i < _plan.Consumers; i++)
            _clients.Add(ClientOptions.Connect(_plan.Server));
        ConsumerOptions options = new() { Start = _plan.Start, OnSettleFailed = failed => Interlocked.Add(ref _settleErrors, failed.Count) };
        int count = Math.Max(_plan.Consumers, _plan.Queues.Count);
        for (int i = 0; i < count; i++)
            _consumers.Add(_clients[i % _clients.Count].CreateConsumer(_plan.Queues[i % _plan.Queues.Count], _plan.Group, options));
    }

    private async Task LoopAsync(Consumer consumer)
    {
        var batch = new ReceivedMessage[MaxBatch];
        await using var messages = consumer.GetAsyncEnumerator(_end.Token);
        try
        {
            while (await messages.MoveNextAsync())
            {
                batch[0] = messages.Current;
                int count = 1 + consumer.TryReceive(batch.AsSpan(1));
                _tracker.Count(batch.AsSpan(0, count));
                Ack(batch.AsSpan(0, count));
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The reading was ended.
        }
    }

    private void Ack(ReadOnlySpan<ReceivedMessage> batch)
    {
        if (_plan.AcksUpTo)
        {
            batch[^1].AckUpTo();
            return;
        }
        foreach (ref readonly var message in batch)
            message.Ack();
    }
}
