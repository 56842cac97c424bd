using System.Data.Common;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Client.Hosting;
using Forewave.Outbox.Hosting;
using Forewave.Outbox.Tests.Databases;
using Forewave.Protocol;
using Forewave.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Outbox.Tests.Hosting;

public sealed class HostedOutboxTests(SqliteFile server) : IClassFixture<SqliteFile>
{
    private static readonly QueueName Orders = new("orders");
    private static readonly GroupName Stock = new("stock");

    [Fact]
    public async Task Order_that_is_written_with_its_message_has_its_effect_once_though_its_handler_fails_first()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await using ForewaveClient client = broker.CreateClient();
        await client.Administration.CreateQueueAsync(Orders);
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new Failures(2));
        builder.AddForewave((_, options) => broker.Reaching(options))
            .AddOutbox(place.Options)
            .AddInbox(new InboxOptions { Tables = place.Tables, Connect = place.Connect })
            .AddInboxConsumer<Order, TakeFromStock>(new ForewaveConsumerOptions { Queue = Orders, Group = Stock, Outcomes = [HandlerOutcome.Retry<InvalidOperationException>(TimeSpan.Zero)] });
        using IHost host = builder.Build();
        await host.StartAsync();

        await using (DbConnection connection = await place.OpenAsync())
        {
            await using DbTransaction transaction = await connection.BeginTransactionAsync();
            await host.Services.GetRequiredService<OutboxWriter>().AddAsync(transaction, Orders, new Message("""{"id":7,"amount":3}"""u8.ToArray()));
            await transaction.CommitAsync();
        }

        host.Services.GetRequiredService<OutboxRelay>().Wake();
        // The broker's clock is the test's: what is retried waits for it.
        await Until.TrueAsync(async () =>
        {
            broker.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return await place.NumberAsync("SELECT COUNT(*) FROM forewave_inbox") == 1;
        });
        await host.StopAsync();

        Assert.Equal(1, await place.NumberAsync("SELECT COUNT(*) FROM orders"));
        Assert.Equal(3, await place.NumberAsync("SELECT SUM(amount) FROM orders"));
        Assert.Equal(0, host.Services.GetRequiredService<Failures>().Left);
    }

    [Fact]
    public async Task Message_that_comes_again_after_its_commit_and_before_its_ack_has_no_second_effect()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await using ForewaveClient client = broker.CreateClient();
        await using (Client.Producing.Producer producer = client.CreateProducer())
        {
            await producer.PublishAsync(Orders, "order"u8.ToArray());
        }

        await using Consumer consumer = client.CreateConsumer(Orders, Stock);
        ReceivedMessage message = (await consumer.ReceiveAsync(1, TimeSpan.FromMinutes(1)))[0];
        InboxHandler<Order, TakeFromStock> handler = new(
            new TakeFromStock(new Failures(0)), new Inbox(place.Tables), new InboxOptions { Tables = place.Tables, Connect = place.Connect });

        await handler.HandleAsync(new Order(1, 5), message, default);
        await handler.HandleAsync(new Order(1, 5), message, default);

        Assert.Equal(1, await place.NumberAsync("SELECT COUNT(*) FROM orders"));
        Assert.Equal(Stock, message.Group);
    }

    [Fact]
    public async Task Inbox_whose_table_is_missing_ends_its_service_with_a_number()
    {
        Place place = await Place.NewAsync(server);
        await place.RunAsync("DELETE FROM forewave_schema WHERE part = 'inbox'");
        using InboxCleaning cleaning = new(
            new InboxOptions { Tables = place.Tables, Connect = place.Connect }, new Inbox(place.Tables), TimeProvider.System, NullLoggerFactory.Instance);

        await cleaning.StartAsync(CancellationToken.None);

        ForewaveException missing = await Assert.ThrowsAsync<ForewaveException>(() => cleaning.ExecuteTask!);
        Assert.Equal(ErrorCode.OutboxSchemaMissing, missing.Code);
    }

    private sealed record Order(int Id, int Amount);

    private sealed class Failures(int left)
    {
        private int _left = left;

        public int Left => Math.Max(0, _left);

        public bool Next() => Interlocked.Decrement(ref _left) >= 0;
    }

    private sealed class TakeFromStock(Failures failures) : IInboxHandler<Order>
    {
        public async ValueTask HandleAsync(Order value, ReceivedMessage message, DbTransaction transaction, CancellationToken cancellation)
        {
            await using DbCommand command = transaction.Connection!.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = $"INSERT INTO orders (id, amount) VALUES ({value.Id}, {value.Amount})";
            await command.ExecuteNonQueryAsync(cancellation);
            if (failures.Next())
            {
                throw new InvalidOperationException("after the effect, before the commit");
            }
        }
    }
}
