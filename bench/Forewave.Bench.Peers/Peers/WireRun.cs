using Forewave.Bench.Peers.Measurement;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Peers;

/// <summary>One run of one workload over a peer's wire protocol.</summary>
/// <remarks>Used once. Whatever fails ends the run with its exception; the caller then stops the broker, which ends every link.</remarks>
internal sealed class WireRun
{
    private static readonly TimeSpan StalledAfter = TimeSpan.FromSeconds(20);
    private readonly IQueueClient _client;
    private readonly Workload _workload;
    private readonly string _queue;
    private readonly LatencyHistogram _receiptLatency = new();
    private readonly LatencyHistogram _deliveryLatency = new();
    private readonly int[] _perProducer;

    public WireRun(IQueueClient client, Workload workload, string queue)
    {
        _client = client;
        _workload = workload;
        _queue = queue;
        var producers = workload.Shape == WorkloadShape.Paced ? 1 : Math.Min(client.Producers, workload.Messages);
        _perProducer = [.. Enumerable.Range(0, producers).Select(p => (workload.Messages / producers) + (p < workload.Messages % producers ? 1 : 0))];
    }

    public required IReadOnlyList<int> BrokerProcessIds { get; init; }

    public Task<Outcome> RunAsync(CancellationToken cancellation) => _workload.Shape switch
    {
        WorkloadShape.Publish => PublishAsync(cancellation),
        WorkloadShape.DrainAckEach or WorkloadShape.DrainAckUpTo => DrainAsync(cancellation),
        _ => PublishAndConsumeAsync(cancellation),
    };

    private async Task<Outcome> PublishAsync(CancellationToken cancellation)
    {
        MeterReading reading;
        await using (var producers = await OpenProducersAsync(cancellation))
        {
            var meter = new Meter(BrokerProcessIds);
            await producers.PublishAllAsync(_workload, cancellation);
            reading = await meter.StopAsync();
        }

        var check = NewCheck();
        await using var consumer = await _client.OpenConsumerAsync(_queue, AckMode.Each, cancellation);
        await ConsumeAsync(consumer, check, cancellation);
        return Judge(reading, check) with { LatencyMs = _receiptLatency.Summarize() };
    }

    private async Task<Outcome> DrainAsync(CancellationToken cancellation)
    {
        await using (var producers = await OpenProducersAsync(cancellation))
        {
            await producers.PublishAllAsync(_workload, cancellation);
        }

        var check = NewCheck();
        MeterReading reading;
        await using (var consumer = await _client.OpenConsumerAsync(_queue, _workload.AckMode, cancellation))
        {
            var meter = new Meter(BrokerProcessIds);
            await ConsumeAsync(consumer, check, cancellation);
            reading = await meter.StopAsync();
        }

        return Judge(reading, check) with { Unsettled = await _client.CountUnsettledAsync(_queue, _workload.Messages, cancellation) };
    }

    private async Task<Outcome> PublishAndConsumeAsync(CancellationToken cancellation)
    {
        var check = NewCheck();
        await using var producers = await OpenProducersAsync(cancellation);
        await using var consumer = await _client.OpenConsumerAsync(_queue, _workload.AckMode, cancellation);
        var meter = new Meter(BrokerProcessIds);
        var consuming = ConsumeAsync(consumer, check, cancellation);
        await producers.PublishAllAsync(_workload, cancellation);
        await consuming;
        return Judge(await meter.StopAsync(), check) with { LatencyMs = _deliveryLatency.Summarize() };
    }

    private Task<ProducerSet> OpenProducersAsync(CancellationToken cancellation) =>
        ProducerSet.OpenAsync(_client, _queue, _perProducer, new InFlightLimit(_workload.InFlight / _perProducer.Length), _receiptLatency, cancellation);

    private DeliveryCheck NewCheck() => new(_perProducer, _workload, _deliveryLatency);

    // A message that is lost must end the run: the consumer is stopped once nothing arrives any more.
    private async Task ConsumeAsync(IConsumeLink consumer, DeliveryCheck check, CancellationToken cancellation)
    {
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var consuming = consumer.RunAsync(check, stalled.Token);
        var seen = -1L;
        while (await Task.WhenAny(consuming, Task.Delay(StalledAfter, TimeProvider.System, stalled.Token)) != consuming)
        {
            cancellation.ThrowIfCancellationRequested();
            if (check.Received == seen)
            {
                await stalled.CancelAsync();
                break;
            }

            seen = check.Received;
        }

        try
        {
            await consuming;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // What is missing is in the check.
        }

        await stalled.CancelAsync();
    }

    private Outcome Judge(MeterReading reading, DeliveryCheck check) => Outcome.Of(reading, _workload.Messages) with
    {
        Lost = check.Lost,
        Duplicates = check.Duplicates,
        OutOfOrder = check.OutOfOrder,
        Damaged = check.Damaged,
    };
}
