using System.Text;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;

namespace Forewave.Storage.MySql.Tests.Transactions;

/// <summary>
/// Receives what a <see cref="Shop"/> publishes, while broker and databases are killed, and asks the business database about each message as it
/// comes.
/// </summary>
internal sealed class ShopCustomer(string broker, ShopDatabase database, ShopAudit audit) : IAsyncDisposable
{
    private const string Last = "last";
    private const int AtOnce = 1_000;
    private static readonly GroupName Group = new("warehouse");
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ForewaveClient _client = new(new ForewaveClientOptions { Server = broker });

    /// <summary>Receives until <see cref="EndAsync"/>.</summary>
    public Task RunAsync() => Task.WhenAll(Shop.Queues.Keys.Select(queue => Task.Run(() => ReceiveAsync(queue))));

    /// <summary>Nothing is published any more: <see cref="RunAsync"/> completes with what is there.</summary>
    public async Task EndAsync()
    {
        await using var producer = _client.CreateProducer();
        foreach (QueueName queue in Shop.Queues.Values)
            await producer.PublishAsync(queue, new Message(Encoding.ASCII.GetBytes(Last)));
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private async Task ReceiveAsync(char queue)
    {
        await using var consumer = _client.CreateConsumer(Shop.Queues[queue], Group);
        for (bool isLast = false; !isLast;)
        {
            var messages = await consumer.ReceiveAsync(AtOnce, Wait);
            string[] bodies = [.. messages.Select(message => Encoding.ASCII.GetString(message.Body.Span))];
            var committed = await CommittedAsync([.. bodies.Where(body => body != Last).Select(OrderOf).Distinct()]);
            lock (audit)
            {
                for (int i = 0; i < bodies.Length; i++)
                {
                    if (bodies[i] != Last)
                        audit.Came((queue, messages[i].Offset.Value), (OrderOf(bodies[i]), NumberOf(bodies[i])), committed.Contains(OrderOf(bodies[i])));
                }
            }

            isLast = bodies.Contains(Last);
            foreach (ReceivedMessage message in messages)
                message.Ack();
        }
    }

    // A database that was killed answers later: what is committed then and was not before was not committed by anybody meanwhile.
    private async Task<HashSet<string>> CommittedAsync(string[] orders)
    {
        if (orders.Length == 0)
            return [];
        while (true)
        {
            try
            {
                return database.Committed(orders);
            }
            catch (DatabaseException e) when (e.EndsConnection)
            {
                await Task.Delay(Pause, TimeProvider.System);
            }
        }
    }

    private static string OrderOf(string body) => body[..body.IndexOf(' ', StringComparison.Ordinal)];

    private static int NumberOf(string body) => int.Parse(body[(body.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
}
