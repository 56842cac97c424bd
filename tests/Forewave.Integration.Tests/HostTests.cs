using System.Net;
using Forewave.Client;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Server;

namespace Forewave.Integration.Tests;

/// <summary>The broker inside an application: its folder, its addresses, its HTTP port.</summary>
[Trait("Suite", "scenario")]
public sealed class HostTests
{
    [Fact]
    public async Task Broker_in_an_application_serves_its_own_clients_and_others()
    {
        using TemporaryFolder folder = new();
        await using ForewaveBroker broker = new(new ForewaveBrokerOptions { DataFolder = folder["data"], Listen = "127.0.0.1:0", MinFreeBytes = 0 });
        await broker.StartAsync();
        await using ForewaveClient inside = new(new ForewaveClientOptions { Connector = broker.ConnectAsync });
        await using ForewaveClient outside = new(broker.ListenAddress!.ToString());
        await using var producer = inside.CreateProducer();

        var receipt = await producer.PublishAsync(new QueueName("q"), "hello"u8.ToArray());
        await using var consumer = outside.CreateConsumer(new QueueName("q"), new GroupName("g"));
        var received = await consumer.ReceiveAsync(1, TimeSpan.FromSeconds(20));

        Assert.Equal(Durability.Synced, receipt.Durability);
        Assert.Equal(receipt.MessageId, Assert.Single(received).Id);
    }

    [Fact]
    public async Task Second_broker_on_a_folder_is_refused()
    {
        using TemporaryFolder folder = new();
        ForewaveBrokerOptions options = new() { DataFolder = folder["data"], MinFreeBytes = 0 };
        await using ForewaveBroker first = new(options);
        await first.StartAsync();
        await using ForewaveBroker second = new(options);

        var refusal = await Assert.ThrowsAsync<ForewaveException>(() => second.StartAsync());

        Assert.Equal(ErrorCode.FolderInUse, refusal.Code);
        Assert.Contains($"{Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_that_others_reach_is_refused_unless_that_is_allowed()
    {
        using TemporaryFolder folder = new();
        ForewaveBrokerOptions options = new() { DataFolder = folder["data"], Listen = "0.0.0.0:0", MinFreeBytes = 0 };
        await using ForewaveBroker withoutUsers = new(options);
        await using ForewaveBroker asksNobody = new(options with { Users = false });
        await using ForewaveBroker overHttp = new(options with { Listen = null, Http = "0.0.0.0:0" });
        await using ForewaveBroker allowed = new(options with { Insecure = true });

        var refused = await Assert.ThrowsAsync<ForewaveException>(() => withoutUsers.StartAsync());
        await Assert.ThrowsAsync<ArgumentException>(() => asksNobody.StartAsync());
        var refusedHttp = await Assert.ThrowsAsync<ForewaveException>(() => overHttp.StartAsync());
        await allowed.StartAsync();

        Assert.Equal((ErrorCode.UsersMissing, ErrorCode.UsersMissing), (refused.Code, refusedHttp.Code));
        Assert.Contains("forewave user add", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_tells_health_and_metrics()
    {
        using TemporaryFolder folder = new();
        await using ForewaveBroker broker = new(new ForewaveBrokerOptions { DataFolder = folder["data"], Http = "127.0.0.1:0", MinFreeBytes = 0 });
        await broker.StartAsync();
        await using ForewaveClient client = new(new ForewaveClientOptions { Connector = broker.ConnectAsync });
        await using var producer = client.CreateProducer();
        await producer.PublishAsync(new QueueName("q"), "hello"u8.ToArray());
        using HttpClient http = new() { BaseAddress = new Uri($"http://{broker.HttpAddress}") };

        string live = await http.GetStringAsync("/health/live");
        string ready = await http.GetStringAsync("/health/ready");
        string metrics = await http.GetStringAsync("/metrics");
        using var posted = await http.PostAsync("/metrics", null);

        Assert.Equal(("live\n", "ready\n"), (live, ready));
        Assert.Contains("\nforewave_publish_messages_total 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nforewave_publish_duration_seconds_bucket{le=\"+Inf\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
    }
}
