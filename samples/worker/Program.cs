using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Client.Hosting;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Samples.Worker;
using Forewave.Server;

// A web API that publishes and a worker that consumes. The broker is in this process as long as the configuration names no server:
//   dotnet run --project samples/worker
//   curl -d '{"number": 4711, "customer": "Li"}' -H 'Content-Type: application/json' http://localhost:5000/orders
// With one started elsewhere: Forewave__Server=127.0.0.1:7600 dotnet run --project samples/worker
var builder = WebApplication.CreateBuilder(args);
bool isHere = builder.Configuration["Forewave:Server"] is null;
ForewaveBroker? broker = isHere ? new(new ForewaveBrokerOptions { DataFolder = "forewave-data" }) : null;
QueueName orders = new("orders");

builder.AddForewave((_, options) => broker is null ? options : options with { Connector = broker.ConnectAsync })
    .AddConsumer<Order, ShipOrder>(new ForewaveConsumerOptions
    {
        Queue = orders,
        Group = new GroupName("warehouse"),
        Concurrency = 4,
        Outcomes = [HandlerOutcome.Reject<ArgumentException>(), HandlerOutcome.Retry<TimeoutException>(TimeSpan.FromSeconds(10))],
    });
builder.Services.AddHealthChecks().AddForewave();
WebApplication app = builder.Build();
app.MapPost("/orders", async (Order order, Producer producer, CancellationToken cancellation) =>
    Results.Accepted(value: $"{(await producer.PublishAsync(orders, order, OrderContext.Default.Order, cancellation)).MessageId}"));
app.MapHealthChecks("/health");

if (broker is not null)
    await broker.StartAsync();
await app.RunAsync();
// The application has settled or given back what it had.
await app.DisposeAsync();
if (broker is not null)
    await broker.DisposeAsync();
