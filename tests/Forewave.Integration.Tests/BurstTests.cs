using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Integration.Tests;

/// <summary>A flash sale: very many clients that all publish at once into a broker that did nothing before.</summary>
[Trait("Suite", "scenario")]
public sealed class BurstTests
{
    private const int Connections = 1_000;
    private const int MessagesPerConnection = 100;

    [Fact]
    public async Task Burst_over_a_thousand_connections_is_taken_whole()
    {
        await using var broker = await TestBroker.StartAsync(new TestBrokerOptions { TakesPort = true });
        ForewaveClientOptions options = new() { Server = broker.Server!, ConnectTimeout = TimeSpan.FromMinutes(1) };
        ForewaveClient[] clients = [.. Enumerable.Range(0, Connections).Select(_ => new ForewaveClient(options))];
        Producer[] producers = [.. clients.Select(client => client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromMinutes(2) }))];
        QueueName queue = new("sale");

        var receipts = await Task.WhenAll(producers.SelectMany(
            producer => Enumerable.Range(0, MessagesPerConnection).Select(_ => producer.PublishAsync(queue, new byte[100]).AsTask())));
        var details = await clients[0].Administration.ShowQueueAsync(queue);

        Assert.Equal(Connections * MessagesPerConnection, receipts.Select(receipt => receipt.MessageId).Distinct().Count());
        Assert.Equal(Connections * MessagesPerConnection, details.Messages);
        await Task.WhenAll(producers.Select(producer => producer.DisposeAsync().AsTask()));
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));
    }
}
