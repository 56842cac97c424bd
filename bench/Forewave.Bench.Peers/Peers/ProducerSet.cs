using System.Diagnostics;
using Forewave.Bench.Peers.Measurement;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Peers;

/// <summary>The producers of one run, each with its link, its share of the messages and its window.</summary>
internal sealed class ProducerSet : IAsyncDisposable
{
    private readonly int _messagesPerRun;
    private readonly LatencyHistogram _latency;
    private readonly List<Producer> _producers = [];

    private ProducerSet(IQueueClient client, LatencyHistogram latency)
    {
        _messagesPerRun = client.MessagesPerRun;
        _latency = latency;
    }

    /// <param name="client">Opens the links.</param>
    /// <param name="queue">Where they publish.</param>
    /// <param name="messagesPerProducer">How many each will send.</param>
    /// <param name="inFlight">Of each producer.</param>
    /// <param name="latency">Takes the receipts' latencies once all have published.</param>
    /// <param name="cancellation">Stops the opening.</param>
    public static async Task<ProducerSet> OpenAsync(
        IQueueClient client,
        string queue,
        IReadOnlyList<int> messagesPerProducer,
        InFlightLimit inFlight,
        LatencyHistogram latency,
        CancellationToken cancellation)
    {
        var set = new ProducerSet(client, latency);
        foreach (var messages in messagesPerProducer)
        {
            var histogram = new LatencyHistogram();
            var window = new ReceiptWindow(messages, inFlight, histogram);
            var link = await client.OpenPublisherAsync(queue, window, cancellation);
            set._producers.Add(new Producer { Number = set._producers.Count, Messages = messages, Window = window, Latency = histogram, Link = link });
        }

        return set;
    }

    /// <summary>Ends when every message has its receipt.</summary>
    public async Task PublishAllAsync(Workload workload, CancellationToken cancellation)
    {
        await Task.WhenAll(_producers.Select(producer => Task.Run(() => workload.Shape == WorkloadShape.Paced
            ? PublishPacedAsync(producer, workload, cancellation)
            : PublishFastAsync(producer, workload, cancellation), cancellation)));
        foreach (var producer in _producers)
        {
            _latency.Add(producer.Latency);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var producer in _producers)
        {
            await producer.Link.DisposeAsync();
        }
    }

    private async Task PublishFastAsync(Producer producer, Workload workload, CancellationToken cancellation)
    {
        for (var next = 0; next < producer.Messages;)
        {
            var count = await producer.Window.ReserveAsync(Math.Min(_messagesPerRun, producer.Messages - next), cancellation);
            await producer.Link.PublishAsync(new MessageRun
            {
                Producer = producer.Number,
                FirstSequence = next,
                Count = count,
                SizeBytes = workload.SizeBytes,
                FirstIntendedTicks = Stopwatch.GetTimestamp(),
            }, cancellation);
            next += count;
        }

        await producer.Window.AllConfirmed.WaitAsync(cancellation);
    }

    private static async Task PublishPacedAsync(Producer producer, Workload workload, CancellationToken cancellation)
    {
        var pacer = new Pacer(producer.Messages, new MessageRate(workload.RatePerSecond));
        await pacer.RunAsync(due =>
        {
            producer.Window.ReserveUnbounded(due.Count);
            return producer.Link.PublishAsync(new MessageRun
            {
                Producer = producer.Number,
                FirstSequence = due.First,
                Count = due.Count,
                SizeBytes = workload.SizeBytes,
                FirstIntendedTicks = due.FirstIntendedTicks,
                TicksBetween = due.TicksBetween,
            }, cancellation);
        }, cancellation);
        await producer.Window.AllConfirmed.WaitAsync(cancellation);
    }
}
