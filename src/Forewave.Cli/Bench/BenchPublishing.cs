using System.Diagnostics;
using Forewave.Cli.Verbs;
using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Client.Transactions;

namespace Forewave.Cli.Bench;

/// <summary>
/// Publishes what a plan says, over a connection per producer. One use. Disposal closes producers and connections.
/// </summary>
internal sealed class BenchPublishing : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private readonly BenchPlan _plan;
    private readonly List<ForewaveClient> _clients = [];
    private readonly List<BenchStream> _streams = [];

    private BenchPublishing(BenchPlan plan) => _plan = plan;

    /// <summary>Messages with a receipt so far.</summary>
    public long Stored => _streams.Sum(stream => stream.Stored);

    /// <summary>The producers' ids in their messages.</summary>
    public IEnumerable<BenchProducerId> ProducerIds => _streams.Select(stream => stream.Id);

    /// <summary>Connects all producers.</summary>
    public static async Task<BenchPublishing> ConnectAsync(BenchPlan plan, RecordFile? record, CancellationToken cancellation)
    {
        BenchPublishing publishing = new(plan);
        try
        {
            foreach (var id in BenchProducerId.Of(plan))
                publishing.Add(id, record);
            await Task.WhenAll(publishing._clients.Select(client => client.ReachAsync(cancellation)));
            return publishing;
        }
        catch
        {
            await publishing.DisposeAsync();
            throw;
        }
    }

    /// <summary>Publishes; completes when each message has its outcome. <paramref name="needsSequences"/>: there is a record file.</summary>
    public async Task<BenchReport> RunAsync(bool needsSequences, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        if (_plan.RatePerSecond > 0)
        {
            CallbackSender[] senders = [.. _streams.Select(stream => new CallbackSender(stream, needsSequences))];
            await new PacedSending(senders, _plan).RunAsync(cancellation);
        }
        else
        {
            await Task.WhenAll(_streams.Select(stream => Task.Run(() => SenderOf(stream, needsSequences).RunAsync(cancellation), CancellationToken.None)));
        }
        return Report(Stopwatch.GetElapsedTime(start));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stream in _streams)
            await stream.Producer.DisposeAsync();
        foreach (var client in _clients)
            await client.DisposeAsync();
    }

    private void Add(BenchProducerId id, RecordFile? record)
    {
        var client = ClientOptions.Connect(_plan.Server);
        _clients.Add(client);
        long room = Math.Max(64L * 1024 * 1024, 2L * _plan.InFlight * (_plan.SizeBytes + 64));
        var producer = client.CreateProducer(new ProducerOptions
        {
            DeliveryDeadline = Deadline,
            MaxBufferedBytes = Math.Min(room, 2L * 1024 * 1024 * 1024),
            // There is no business database. What a run leaves open when it is killed waits for an operator.
            CheckBack = _plan.TransactionMessages == 0 ? null : static (_, _) => ValueTask.FromResult(TransactionOutcome.Unknown),
        });
        _streams.Add(new BenchStream(_plan, id, producer, record));
    }

    private IBenchSender SenderOf(BenchStream stream, bool needsSequences) => _plan.Mode switch
    {
        _ when _plan.TransactionMessages > 0 => new TransactionSender(stream, _plan.TransactionMessages),
        BenchMode.Await => new AwaitSender(stream),
        BenchMode.Batch => new BatchSender(stream),
        _ => new CallbackSender(stream, needsSequences),
    };

    private BenchReport Report(TimeSpan elapsed)
    {
        LatencyHistogram latency = new();
        foreach (var stream in _streams)
            latency.Merge(stream.Latency);
        return new BenchReport
        {
            Messages = Stored,
            Elapsed = elapsed,
            BodyBytes = Stored * _plan.SizeBytes,
            Latency = latency,
            Warmup = _plan.Warmup,
            Errors = _streams.Sum(stream => stream.Errors),
            FirstError = _streams.Select(stream => stream.FirstError?.Message).FirstOrDefault(error => error is not null),
        };
    }
}
