using System.Net;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;

namespace Forewave.Integration.Tests.Switches;

/// <summary>Switches and drains as the command line sets them and the SDK meets them, on brokers in processes of their own.</summary>
[Trait("Suite", "scenario")]
public sealed class SwitchTests
{
    private static readonly QueueName Orders = new("orders");
    private static readonly GroupName Billing = new("billing");

    [Fact]
    public async Task Messages_that_are_published_while_publishing_is_off_arrive_once_when_it_is_on_again()
    {
        const int count = 200;
        await using var server = await ServerProcess.StartedAsync();
        await using ForewaveClient client = new(server.Address);
        await using var producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromMinutes(2) });
        await producer.PublishAsync(Orders, "first"u8.ToArray());
        await SetAsync(server, "publish@orders", "false");

        Task<Receipt>[] publishes = [.. Enumerable.Range(0, count).Select(i => producer.PublishAsync(Orders, BitConverter.GetBytes(i)).AsTask())];
        await RefusedAsync(server, "PublishOff");
        Assert.DoesNotContain(publishes, publish => publish.IsCompleted);
        await SetAsync(server, "publish@orders", "true");
        var receipts = await Task.WhenAll(publishes);

        Assert.Equal(count, receipts.Select(receipt => receipt.MessageId).Distinct().Count());
        // A receipt says that a message is stored; the queue counts it a moment later.
        await using var consumer = client.CreateConsumer(Orders, Billing);
        List<string> bodies = [];
        while (bodies.Count <= count)
            bodies.Add(Convert.ToHexString((await NextAsync(consumer)).Body.Span));
        Assert.Equal(count + 1, bodies.Distinct().Count());
        Assert.Equal(count + 1, (await client.Administration.ShowQueueAsync(Orders)).Messages);
    }

    [Fact]
    public async Task Publish_fails_with_the_number_of_the_switch_at_its_deadline()
    {
        await using var server = await ServerProcess.StartedAsync();
        await using ForewaveClient client = new(server.Address);
        await using var producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromSeconds(2) });
        await SetAsync(server, "readOnly", "true");

        var noQueue = await Assert.ThrowsAsync<ForewaveException>(async () => await producer.PublishAsync(Orders, "m"u8.ToArray()));
        await UnsetAsync(server, "readOnly");
        await client.Administration.CreateQueueAsync(Orders);
        await SetAsync(server, "publish", "false");
        var off = await Assert.ThrowsAsync<ForewaveException>(async () => await producer.PublishAsync(Orders, "m"u8.ToArray()));

        Assert.Equal((ErrorCode.ReadOnly, ErrorCode.PublishOff), (noQueue.Code, off.Code));
    }

    [Fact]
    public async Task Consumer_gets_nothing_while_consuming_is_off_and_everything_afterwards()
    {
        await using var server = await ServerProcess.StartedAsync();
        await using ForewaveClient client = new(server.Address);
        await using var producer = client.CreateProducer();
        await producer.PublishAsync(Orders, "0"u8.ToArray());
        await using var consumer = client.CreateConsumer(Orders, Billing);
        var first = await NextAsync(consumer);
        await SetAsync(server, "consume", "false");
        await producer.PublishAsync(Orders, "1"u8.ToArray());

        await first.AckAsync();
        var refused = await ProgramProcess.RunAsync(["consume", "orders", "--group", "another", "--wait", "1s", "--server", server.Address]);
        var group = await client.Administration.ShowGroupAsync(Orders, Billing);
        await UnsetAsync(server, "consume");
        var second = await NextAsync(consumer);

        Assert.Equal("", refused.Output);
        Assert.Equal((1, 0), (group.Unread, group.Leased));
        Assert.Equal("1"u8.ToArray(), second.Body.ToArray());
    }

    [Fact]
    public async Task Drained_broker_sends_clients_to_the_next_address_and_takes_them_back_when_that_is_called_off()
    {
        await using var one = await ServerProcess.StartedAsync();
        await using var other = await ServerProcess.StartedAsync();
        await using ForewaveClient client = new($"{one.Address},{other.Address}");
        await using (var before = client.CreateProducer())
            await before.PublishAsync(Orders, "at one"u8.ToArray());

        var drained = await ProgramProcess.RunAsync(["drain", "--grace", "30s", "--json", "--server", one.Address]);
        // Two brokers that know nothing of each other: a producer's sequences are of one of them.
        await using var producer = client.CreateProducer();
        await producer.PublishAsync(Orders, "at the other"u8.ToArray());
        var ready = await ReadyAsync(one);
        await using ForewaveClient late = new(new ForewaveClientOptions { Server = one.Address, ConnectTimeout = TimeSpan.FromSeconds(1) });
        var refused = await Assert.ThrowsAsync<ForewaveException>(() => late.ConnectAsync(TimeSpan.FromSeconds(1)).AsTask());
        var ended = await ProgramProcess.RunAsync(["drain", "--end", "--server", one.Address]);
        var taken = await ProgramProcess.RunAsync(["publish", "orders", "m", "--server", one.Address]);

        Assert.Equal((0, "{\"draining\":true,\"connections\":0}\n"), (drained.ExitCode, drained.Output));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining\n"), ready);
        Assert.Contains("drained", refused.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (ended.ExitCode, taken.ExitCode));
        await using ForewaveClient atOther = new(other.Address);
        Assert.Equal(1, (await atOther.Administration.ShowQueueAsync(Orders)).Messages);
    }

    [Fact]
    public async Task Clients_of_one_broker_wait_through_its_drain_and_restart_and_nothing_is_lost_or_comes_twice()
    {
        const int count = 300;
        await using var server = await ServerProcess.StartedAsync();
        await using ForewaveClient client = new(server.Address);
        await using var producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromMinutes(2) });
        await using var consumer = client.CreateConsumer(Orders, Billing, new ConsumerOptions { PrefetchMessages = 10 });
        await producer.PublishAsync(Orders, BitConverter.GetBytes(0));
        List<int> got = [];
        var reading = Task.Run(async () =>
        {
            while (got.Count < count)
            {
                var message = await NextAsync(consumer);
                got.Add(BitConverter.ToInt32(message.Body.Span));
                await message.AckAsync();
            }
        });

        for (int i = 1; i < count; i++)
        {
            if (i == count / 2)
            {
                Assert.Equal(0, (await ProgramProcess.RunAsync(["drain", "--grace", "10s", "--server", server.Address])).ExitCode);
                Assert.Equal(0, await server.TerminateAsync());
                await server.StartAsync();
            }
            await producer.PublishAsync(Orders, BitConverter.GetBytes(i));
        }
        await reading;

        Assert.Equal(Enumerable.Range(0, count), got.Order());
    }

    [Fact]
    public async Task Http_api_is_off_and_on_again_by_the_wire()
    {
        await using var server = await ServerProcess.StartedAsync();
        using HttpClient http = new() { BaseAddress = new Uri($"http://{server.HttpAddress}") };
        await SetAsync(server, "httpApi", "false");

        using var off = await http.PostAsync("/v1/queues/orders/messages", new StringContent("m"));
        using var health = await http.GetAsync("/health/ready");
        using var settings = await http.GetAsync("/v1/settings");
        await UnsetAsync(server, "httpApi");
        using var on = await http.PostAsync("/v1/queues/orders/messages", new StringContent("m"));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK, HttpStatusCode.Created), (off.StatusCode, health.StatusCode, on.StatusCode));
        Assert.Equal(HttpStatusCode.OK, settings.StatusCode);
        Assert.Contains("\"number\":808", await off.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publishes_are_refused_while_memory_is_short_and_taken_when_the_bound_is_higher()
    {
        await using var server = await ServerProcess.StartedAsync();
        await using ForewaveClient client = new(server.Address);
        await using var producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromMinutes(2) });
        await producer.PublishAsync(Orders, "m"u8.ToArray());
        await SetAsync(server, "shedMemoryBytes", "33554432");
        await MetricAsync(server, "forewave_memory_short", value => value == 1);

        var waiting = producer.PublishAsync(Orders, "m"u8.ToArray()).AsTask();
        await RefusedAsync(server, "MemoryShort");
        Assert.False(waiting.IsCompleted);
        await UnsetAsync(server, "shedMemoryBytes");
        await waiting;
    }

    private static async Task<ReceivedMessage> NextAsync(Consumer consumer)
    {
        while (true)
        {
            foreach (var message in await consumer.ReceiveAsync(1, TimeSpan.FromSeconds(60)))
                return message;
        }
    }

    internal static async Task SetAsync(ServerProcess server, string name, string value)
    {
        var set = await ProgramProcess.RunAsync(["config", "set", name, value, "--server", server.Address]);
        Assert.True(set.ExitCode == 0, $"{set}");
    }

    private static async Task UnsetAsync(ServerProcess server, string name)
    {
        var unset = await ProgramProcess.RunAsync(["config", "unset", name, "--server", server.Address]);
        Assert.True(unset.ExitCode == 0, $"{unset}");
    }

    // Messages that were refused with an error.
    internal static async Task<double> RefusalsAsync(ServerProcess server, string error)
    {
        double seen = 0;
        await MetricAsync(server, $"forewave_publish_refused_total{{error_type=\"{error}\"}}", value => (seen = value) >= 0);
        return seen;
    }

    // Waits until publishes were refused with an error.
    internal static Task RefusedAsync(ServerProcess server, string error) =>
        MetricAsync(server, $"forewave_publish_refused_total{{error_type=\"{error}\"}}", value => value > 0);

    private static async Task MetricAsync(ServerProcess server, string name, Func<double, bool> isWanted)
    {
        using HttpClient http = new();
        while (true)
        {
            string text = await http.GetStringAsync($"http://{server.HttpAddress}/metrics");
            var line = text.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
            if (line is not null && isWanted(double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)))
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private static async Task<(HttpStatusCode Status, string Text)> ReadyAsync(ServerProcess server)
    {
        using HttpClient http = new();
        using var answer = await http.GetAsync($"http://{server.HttpAddress}/health/ready");
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
