using System.Text;
using Forewave.Client;
using Forewave.Protocol;
using Forewave.Server;

// The broker lives in this process: no port, no second program. To move it out, start `forewave serve` somewhere and give the
// client its address instead of the connector.
var builder = WebApplication.CreateBuilder(args);
await using var app = builder.Build();
await using ForewaveBroker broker = new(new ForewaveBrokerOptions
{
    DataFolder = builder.Configuration["Forewave:Data"] ?? "forewave-data",
    LoggerFactory = app.Services.GetRequiredService<ILoggerFactory>(),
});
await broker.StartAsync();
await using ForewaveClient client = new(new ForewaveClientOptions { Connector = broker.ConnectAsync });
await using var producer = client.CreateProducer();
await using var consumer = client.CreateConsumer(new QueueName("orders"), new GroupName("warehouse"));

app.MapPost("/orders", async (HttpRequest request) =>
{
    using StreamReader body = new(request.Body, Encoding.UTF8);
    var receipt = await producer.PublishAsync(new QueueName("orders"), Encoding.UTF8.GetBytes(await body.ReadToEndAsync()));
    return receipt.MessageId.ToString();
});

var handling = consumer.RunAsync((message, _) =>
{
    app.Logger.LogInformation("Order {Id}: {Bytes} bytes", message.Id, message.Body.Length);
    return ValueTask.CompletedTask;
}, concurrency: 4, app.Lifetime.ApplicationStopping);
await app.RunAsync();
await handling;
