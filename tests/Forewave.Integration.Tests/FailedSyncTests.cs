using System.Net;
using Forewave.Cli.Serving;
using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Server;
using Forewave.Storage.Files.Disk.Simulation;

namespace Forewave.Integration.Tests;

/// <summary>A sync that fails: the partition stops, and everybody who can be told is told.</summary>
[Trait("Suite", "scenario")]
public sealed class FailedSyncTests
{
    private static readonly QueueName Queue = new("q");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Broker_is_neither_live_nor_ready_and_takes_nothing_when_a_sync_failed()
    {
        PowerLossDisk disk = new(seed: 1);
        await using ForewaveBroker broker = new(new ForewaveBrokerOptions { Http = "127.0.0.1:0", MinFreeBytes = 0 }, () => disk);
        await broker.StartAsync();
        await using ForewaveClient client = new(new ForewaveClientOptions { Connector = broker.ConnectAsync });
        await using var producer = client.CreateProducer(new ProducerOptions { RetryPolicy = new GiveUp() });
        await producer.PublishAsync(Queue, "stored"u8.ToArray());
        using HttpClient http = new() { BaseAddress = new Uri($"http://{broker.HttpAddress}") };
        var (before, _) = await GetAsync(http, "/health/ready");

        await FailAsync(disk, broker, producer);
        var refused = await Assert.ThrowsAsync<ForewaveException>(() => producer.PublishAsync(Queue, "late"u8.ToArray()).AsTask().WaitAsync(Patience));
        var (ready, why) = await GetAsync(http, "/health/ready");
        var (live, _) = await GetAsync(http, "/health/live");
        var (_, metrics) = await GetAsync(http, "/metrics");

        Assert.Equal(HttpStatusCode.OK, before);
        Assert.Equal(ErrorCode.PartitionStopped, refused.Code);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (ready, live));
        Assert.StartsWith("stopped: ", why, StringComparison.Ordinal);
        Assert.Contains("\nforewave_partition_stopped 1\n", metrics, StringComparison.Ordinal);
        Assert.NotNull(broker.Failure);
    }

    [Fact]
    public async Task Serve_says_why_and_ends_with_one_when_a_sync_failed()
    {
        PowerLossDisk disk = new(seed: 2);
        await using ForewaveBroker broker = new(new ForewaveBrokerOptions { Listen = "127.0.0.1:0", MinFreeBytes = 0 }, () => disk);
        ReadyLine results = new();
        StringWriter messages = new();
        var serving = new BrokerRun(broker, results) { Messages = messages }.RunAsync(CancellationToken.None);
        await results.Ready.WaitAsync(Patience);
        await using ForewaveClient client = new(broker.ListenAddress!.ToString());
        await using var producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromSeconds(1), RetryPolicy = new GiveUp() });
        await producer.PublishAsync(Queue, "stored"u8.ToArray());

        await FailAsync(disk, broker, producer);
        int exitCode = await serving.WaitAsync(Patience);

        Assert.Equal(1, exitCode);
        Assert.Contains("forewave: stopped after a failure: ", messages.ToString(), StringComparison.Ordinal);
        Assert.Contains("601", messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_ends_with_zero_when_it_is_told_to_stop_while_it_starts()
    {
        using CancellationTokenSource stop = new();
        await using ForewaveBroker broker = new(new ForewaveBrokerOptions { Listen = "127.0.0.1:0", MinFreeBytes = 0 }, () =>
        {
            stop.Cancel();
            return new PowerLossDisk(seed: 4);
        });
        StringWriter results = new(), messages = new();

        int exitCode = await new BrokerRun(broker, results) { Messages = messages }.RunAsync(stop.Token).WaitAsync(Patience);

        Assert.Equal((0, "", ""), (exitCode, results.ToString(), messages.ToString()));
    }

    [Fact]
    public async Task Serve_ends_with_zero_when_it_is_told_to_stop()
    {
        await using ForewaveBroker broker = new(new ForewaveBrokerOptions { Listen = "127.0.0.1:0", MinFreeBytes = 0 }, () => new PowerLossDisk(seed: 3));
        ReadyLine results = new();
        StringWriter messages = new();
        using CancellationTokenSource stop = new();
        var serving = new BrokerRun(broker, results) { Messages = messages }.RunAsync(stop.Token);
        await results.Ready.WaitAsync(Patience);

        await stop.CancelAsync();

        Assert.Equal(0, await serving.WaitAsync(Patience));
        Assert.Equal("", messages.ToString());
    }

    private static async Task FailAsync(PowerLossDisk disk, ForewaveBroker broker, Producer producer)
    {
        TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = broker.Failed.Register(failed.SetResult);
        disk.Faults.FailSync(1);
        await Assert.ThrowsAsync<ForewaveException>(() => producer.PublishAsync(Queue, "lost"u8.ToArray()).AsTask().WaitAsync(Patience));
        await failed.Task.WaitAsync(Patience);
    }

    private static async Task<(HttpStatusCode Status, string Text)> GetAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private sealed class GiveUp : IPublishRetryPolicy
    {
        public TimeSpan? DelayBeforeNext(ForewaveException error, int attempt) => null;
    }

    private sealed class ReadyLine : StringWriter
    {
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ready => _ready.Task;

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            _ready.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
