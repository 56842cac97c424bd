using Forewave.Client.Consuming;
using Forewave.Client.Hosting;
using Forewave.Outbox.Hosting;
using Forewave.Protocol;
using Forewave.Samples.Databases;
using Forewave.Samples.Stock;
using Microsoft.Extensions.Hosting;

// A stock service: each order that the order service tells of reduces the stock once, however often its message comes. With ./forewave serve:
//   dotnet run --project samples/stock
HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
ServiceDatabase database = new(builder.Configuration, "stock");
await database.MigrateAsync(
    "CREATE TABLE IF NOT EXISTS stock (article VARCHAR(64) NOT NULL PRIMARY KEY, delivered BIGINT NOT NULL, amount BIGINT NOT NULL)",
    // Without a key, so that an effect that happened twice is there to be seen: what keeps it from that is the inbox.
    "CREATE TABLE IF NOT EXISTS withdrawals (order_id VARCHAR(64) NOT NULL, amount BIGINT NOT NULL, article VARCHAR(64) NOT NULL)",
    $"INSERT INTO stock (article, delivered, amount) VALUES ('book', 1000000, 1000000), ('lamp', 1000000, 1000000), ('chair', 1000000, 1000000) {database.OrNothing("article")}");

builder.AddForewave()
    .AddInbox(new InboxOptions { Tables = database.Tables, Connect = database.Connect })
    .AddInboxConsumer<Order, TakeFromStock>(new ForewaveConsumerOptions
    {
        Queue = new QueueName("orders"),
        Group = new GroupName("stock"),
        Concurrency = 4,
        Outcomes = [HandlerOutcome.Reject<KeyNotFoundException>()],
        // How long what a killed instance had waits for another one.
        Consumer = new ConsumerOptions { VisibilityTimeout = TimeSpan.FromSeconds(5) },
    });
await builder.Build().RunAsync();
