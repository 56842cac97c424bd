using System.Text;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Server;
using Forewave.Storage.MySql.Tests.Conformance;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Store;

/// <summary>The whole broker on the store.</summary>
[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class BrokerTests(MariaDbServer server)
{
    private const int Kills = 3;
    private const int MessagesOfKill = 400;

    private static readonly QueueName Orders = new("orders");

    [Fact]
    public async Task Nothing_is_lost_or_doubled_when_the_database_is_killed_under_load()
    {
        await using var place = new DatabasePlace(server);
        await using (ForewaveBroker broker = await StartAsync(place))
        {
            await using ForewaveClient client = new(new ForewaveClientOptions { Connector = broker.ConnectAsync });
            await using Producer producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromMinutes(2) });
            for (int kill = 0; kill < Kills; kill++)
            {
                Task<Receipt>[] publishes =
                    [.. Enumerable.Range(0, MessagesOfKill).Select(i => producer.PublishAsync(Orders, Encoding.UTF8.GetBytes($"{kill}:{i}")).AsTask())];
                await publishes[0];
                await server.KillAsync();
                await server.StartAsync();
                await Task.WhenAll(publishes);
            }
        }

        await using ForewaveBroker again = await StartAsync(place);

        Assert.Equal(
            Enumerable.Range(0, Kills).SelectMany(kill => Enumerable.Range(0, MessagesOfKill).Select(i => $"{kill}:{i}")).Order(StringComparer.Ordinal),
            (await ConsumeAsync(again, Kills * MessagesOfKill)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Delayed_prioritized_and_deduplicated_messages_come_through_a_restart()
    {
        await using var place = new DatabasePlace(server);
        await using (ForewaveBroker broker = await StartAsync(place))
        {
            await using ForewaveClient client = new(new ForewaveClientOptions { Connector = broker.ConnectAsync });
            await using Producer producer = client.CreateProducer();
            await producer.PublishAsync(Orders, new Message(Encoding.UTF8.GetBytes("delayed")) { Delay = TimeSpan.FromMilliseconds(50) });
            await producer.PublishAsync(Orders, new Message(Encoding.UTF8.GetBytes("low")) { Priority = 0 });
            await producer.PublishAsync(Orders, new Message(Encoding.UTF8.GetBytes("once")) { DeduplicationId = "1" });
            await producer.PublishAsync(Orders, new Message(Encoding.UTF8.GetBytes("twice")) { DeduplicationId = "1" });
        }

        await using ForewaveBroker again = await StartAsync(place);

        Assert.Equal(["delayed", "low", "once"], (await ConsumeAsync(again, 3)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Settings_in_words_have_no_password() =>
        Assert.DoesNotContain("secret", new ForewaveBrokerOptions { MySql = "user=forewave;password=secret" }.ToString(), StringComparison.Ordinal);

    private async Task<ForewaveBroker> StartAsync(DatabasePlace place)
    {
        ForewaveBroker broker = new(new ForewaveBrokerOptions
        {
            Store = StoreKind.MySql,
            MySql = $"socket={server.Socket};user=forewave;password=secret;schema={place.Names.Queues}",
        });
        await broker.StartAsync();
        return broker;
    }

    private static async Task<List<string>> ConsumeAsync(ForewaveBroker broker, int messages)
    {
        await using ForewaveClient client = new(new ForewaveClientOptions { Connector = broker.ConnectAsync });
        await using var consumer = client.CreateConsumer(Orders, new GroupName("warehouse"));
        var bodies = new List<string>();
        await foreach (ReceivedMessage message in consumer)
        {
            bodies.Add(Encoding.UTF8.GetString(message.Body.Span));
            message.Ack();
            if (bodies.Count == messages)
            {
                break;
            }
        }

        return bodies;
    }
}
