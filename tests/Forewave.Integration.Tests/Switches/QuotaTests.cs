using System.Diagnostics;
using System.Net;
using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Producing;
using Forewave.Integration.Tests.Processes;
using Forewave.Integration.Tests.Security;
using Forewave.Protocol;

namespace Forewave.Integration.Tests.Switches;

/// <summary>Quotas as the SDK, the wire and HTTP meet them.</summary>
[Trait("Suite", "scenario")]
public sealed class QuotaTests(SecureBroker broker) : IClassFixture<SecureBroker>
{
    private static readonly GroupName Workers = new("workers");

    [Fact]
    public async Task Producer_keeps_to_the_rate_of_a_queue_and_loses_nothing()
    {
        const int count = 40;
        QueueName queue = new("paced");
        await using var server = await ServerProcess.StartedAsync();
        await using ForewaveClient client = new(server.Address);
        await using var producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromMinutes(2) });
        await producer.PublishAsync(queue, "first"u8.ToArray());
        await SwitchTests.SetAsync(server, "queueMessagesPerSecond@paced", "50");
        long begun = Stopwatch.GetTimestamp();

        for (int i = 0; i < count; i++)
            await producer.PublishAsync(queue, BitConverter.GetBytes(i));

        // What came in the first tenth of a second's burst need not wait.
        Assert.True(Stopwatch.GetElapsedTime(begun) >= TimeSpan.FromSeconds((count - 7) / 50.0), $"{Stopwatch.GetElapsedTime(begun)}");
        Assert.Equal(count + 1, (await client.Administration.ShowQueueAsync(queue)).Messages);
        await SwitchTests.RefusedAsync(server, "QuotaExceeded");
    }

    [Fact]
    public async Task Producer_that_has_much_more_than_a_quota_sends_little_of_it_in_vain()
    {
        const int count = 4_000;
        QueueName queue = new("flooded");
        await using var server = await ServerProcess.StartedAsync();
        await using ForewaveClient client = new(server.Address);
        await using var producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromMinutes(5), FrameBytes = 4 * 1024 });
        await producer.PublishAsync(queue, "first"u8.ToArray());
        await SwitchTests.SetAsync(server, "queueMessagesPerSecond@flooded", "2000");

        var receipts = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => producer.PublishAsync(queue, new byte[100]).AsTask()));

        Assert.Equal(count, receipts.Select(receipt => receipt.MessageId).Distinct().Count());
        Assert.Equal(count + 1, (await client.Administration.ShowQueueAsync(queue)).Messages);
        Assert.InRange(await SwitchTests.RefusalsAsync(server, "QuotaExceeded"), 1, 4 * count);
    }

    [Fact]
    public async Task Publish_that_a_quota_keeps_beyond_its_deadline_fails_with_the_quotas_number()
    {
        QueueName queue = new("slow");
        await using var server = await ServerProcess.StartedAsync();
        await using ForewaveClient client = new(server.Address);
        await using var producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromSeconds(2) });
        await producer.PublishAsync(queue, "first"u8.ToArray());
        await SwitchTests.SetAsync(server, "connectionBytesPerSecond", "1");
        await producer.PublishAsync(queue, new byte[1_000]);

        var late = await Assert.ThrowsAsync<ForewaveException>(async () => await producer.PublishAsync(queue, "m"u8.ToArray()));

        Assert.Equal(ErrorCode.QuotaExceeded, late.Code);
    }

    [Fact]
    public async Task Queue_that_is_full_takes_messages_again_when_it_was_consumed()
    {
        QueueName queue = new("short");
        await using var server = await ServerProcess.StartedAsync();
        await using ForewaveClient client = new(server.Address);
        await using var producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromMinutes(2) });
        await SwitchTests.SetAsync(server, "queueLength@short", "10");

        var refused = SwitchTests.RefusedAsync(server, "QueueFull");
        int stored = 0;
        var beyond = producer.PublishAsync(queue, "m"u8.ToArray()).AsTask();
        for (; await Task.WhenAny(beyond, refused) == beyond; stored++)
            beyond = producer.PublishAsync(queue, "m"u8.ToArray()).AsTask();
        // What is under way when the queue is counted may come besides.
        Assert.InRange(stored, 10, 20);
        await using var consumer = client.CreateConsumer(queue, Workers);
        while (!beyond.IsCompleted)
        {
            foreach (var message in await consumer.ReceiveAsync(100, TimeSpan.FromMilliseconds(100)))
                await message.AckAsync();
        }
        await beyond;

        Assert.Equal(stored + 1, (await client.Administration.ShowQueueAsync(queue)).Messages);
    }

    [Fact]
    public async Task Users_quota_counts_over_its_connections_and_over_http_which_says_when_to_come_again()
    {
        QueueName queue = new("of-users");
        string token = await broker.MakeAsync("heavy", "publish,consume,manage:*");
        await using var root = broker.RootClient();
        await root.Administration.CreateQueueAsync(queue);
        await root.Administration.Settings.SetAsync(new SettingName("userBytesPerSecond@heavy"), "10");
        using var http = broker.Http(token: token);
        using var other = broker.Http("root", SecureBroker.Password);

        using var taken = await http.PostAsync("/v1/queues/of-users/messages", new StringContent(new string('x', 1_000)));
        using var refused = await http.PostAsync("/v1/queues/of-users/messages", new StringContent("m"));
        using var ofOther = await other.PostAsync("/v1/queues/of-users/messages", new StringContent("m"));
        await using var client = broker.Client(ForewaveCredentials.Token(token));
        await using var producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromSeconds(1) });
        var overTheWire = await Assert.ThrowsAsync<ForewaveException>(async () => await producer.PublishAsync(queue, "m"u8.ToArray()));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.TooManyRequests, HttpStatusCode.Created), (taken.StatusCode, refused.StatusCode, ofOther.StatusCode));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(101));
        Assert.Contains("\"number\":212", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(ErrorCode.QuotaExceeded, overTheWire.Code);
    }

    [Fact]
    public async Task Queues_quota_is_answered_over_http_with_the_time_to_wait()
    {
        using var http = broker.Http("root", SecureBroker.Password);
        await using var root = broker.RootClient();
        await root.Administration.CreateQueueAsync(new QueueName("of-http"));
        await root.Administration.Settings.SetAsync(new SettingName("queueBytesPerSecond@of-http"), "10");

        using var taken = await http.PostAsync("/v1/queues/of-http/messages", new StringContent(new string('x', 1_000)));
        using var refused = await http.PostAsync("/v1/queues/of-http/messages", new StringContent("m"));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.TooManyRequests), (taken.StatusCode, refused.StatusCode));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(110));
    }

    [Fact]
    public async Task User_has_as_many_connections_as_its_quota_and_others_are_free_of_it()
    {
        string token = await broker.MakeAsync("narrow", "publish:*");
        await using var root = broker.RootClient();
        await root.Administration.Settings.SetAsync(new SettingName("userConnections@narrow"), "1");
        await using var first = broker.Client(ForewaveCredentials.Token(token));
        await using var second = broker.Client(ForewaveCredentials.Token(token));

        await first.ConnectAsync();
        var refused = await Assert.ThrowsAsync<ForewaveException>(() => second.ConnectAsync(TimeSpan.FromSeconds(1)).AsTask());
        await first.DisposeAsync();
        await second.ConnectAsync();

        Assert.Contains("TooManyUserConnections", refused.Message, StringComparison.Ordinal);
    }
}
