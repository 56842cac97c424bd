using System.Text.Json;
using Forewave.Client;
using Forewave.Integration.Tests.Observability.Otlp;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;

namespace Forewave.Integration.Tests.Observability;

/// <summary>What <c>forewave serve</c> makes of the environment that every program of OpenTelemetry takes, and how it logs.</summary>
[Trait("Suite", "scenario")]
public sealed class ServeTelemetryTests
{
    private const string Secret = "s3cr3t-of-the-collector";
    private const string Body = "body-that-nobody-may-read";

    [Fact]
    public async Task Standard_variables_send_everything_to_a_collector()
    {
        await using var collector = await OtlpCollector.StartAsync();
        using TemporaryFolder folder = new();
        Dictionary<string, string> environment = new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Endpoint.AbsoluteUri,
            ["OTEL_EXPORTER_OTLP_HEADERS"] = $"api-key={Secret}",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "300",
            ["OTEL_SERVICE_NAME"] = "orders-broker",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=test",
        };
        await using var broker = ProgramProcess.StartWith(
            environment, "serve", "--data", folder["data"], "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--log-format", "json");
        await ReadyAsync(broker);

        var metrics = await collector.FindAsync(
            "metrics", request => request.Items.Any(one => one is { Scope: "Forewave.Broker" } && one.Item.Text(1) == "forewave.connections") ? request : null);
        var logs = await collector.FindAsync("logs", request => request.Items.Any(one => one.Item.One(5).Text(1).StartsWith("Started", StringComparison.Ordinal)) ? request : null);
        int exit = await broker.TerminateAsync();

        Assert.Equal(("orders-broker", "test", "0"), (metrics.Resource["service.name"], metrics.Resource["deployment.environment.name"], metrics.Resource["messaging.destination.partition.id"]));
        Assert.Equal(Secret, metrics.Headers["api-key"]);
        Assert.Equal("orders-broker", logs.Resource["service.name"]);
        Assert.Equal(0, exit);
        Assert.DoesNotContain(Secret, broker.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_as_json_has_ids_and_values_and_neither_bodies_nor_secrets()
    {
        using TemporaryFolder folder = new();
        await using var broker = ProgramProcess.StartWith(
            new Dictionary<string, string> { ["FOREWAVE_LOG_FORMAT"] = "json" },
            "serve", "--data", folder["data"], "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--log", "Trace");
        string address = await ReadyAsync(broker);
        await using (ForewaveClient client = new(address))
        {
            await using var producer = client.CreateProducer();
            Message message = new(System.Text.Encoding.UTF8.GetBytes(Body))
            {
                Headers = new KeyValuePair<string, ReadOnlyMemory<byte>>[] { new("password", System.Text.Encoding.UTF8.GetBytes(Secret)) },
            };
            await producer.PublishAsync(new QueueName("orders"), message);
            await using var consumer = client.CreateConsumer(new QueueName("orders"), new GroupName("g"));
            await (await consumer.ReceiveAsync(1, TimeSpan.FromSeconds(30)))[0].RejectAsync("no");
        }
        await broker.TerminateAsync();

        var lines = broker.Errors.Split('\n').Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var started = Assert.Single(lines, line => line.GetProperty("EventId").GetInt32() == 5000);
        Assert.Equal(("Information", "Forewave.Server"), (started.GetProperty("LogLevel").GetString(), started.GetProperty("Category").GetString()));
        Assert.Equal(address, started.GetProperty("State").GetProperty("Listen").GetString());
        Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z$", started.GetProperty("Timestamp").GetString());
        Assert.Contains(lines, line => line.GetProperty("EventId").GetInt32() == 4023);
        Assert.DoesNotContain(Secret, broker.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Body, broker.Errors, StringComparison.Ordinal);
    }

    private static async Task<string> ReadyAsync(ProgramProcess broker)
    {
        string? line = await broker.Output.ReadLineAsync();
        Assert.True(line?.StartsWith("forewave ready ", StringComparison.Ordinal), $"the broker said '{line}': {broker.Errors}");
        return line!.Split(' ').Single(word => word.StartsWith("listen=", StringComparison.Ordinal))["listen=".Length..];
    }
}
