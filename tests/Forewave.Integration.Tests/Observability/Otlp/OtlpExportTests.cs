using System.Text;
using Forewave.Client;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Server;

namespace Forewave.Integration.Tests.Observability.Otlp;

/// <summary>What a collector gets of a broker. Alone: who listens to spans listens to those of the whole process.</summary>
[Trait("Suite", "scenario")]
[Collection(nameof(SpanTests))]
public sealed class OtlpExportTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Parent = "00f067aa0ba902b7";

    private static readonly QueueName Queue = new("orders");

    [Theory]
    [InlineData(OtlpProtocol.HttpProtobuf)]
    [InlineData(OtlpProtocol.Grpc)]
    public async Task Collector_gets_metrics_and_spans(OtlpProtocol protocol)
    {
        await using var collector = await OtlpCollector.StartAsync(protocol == OtlpProtocol.Grpc);
        using TemporaryFolder folder = new(), other = new();
        await using ForewaveBroker broker = new(OptionsOf(folder, collector.Endpoint) with { OtlpProtocol = protocol });
        await using ForewaveBroker bystander = new(new ForewaveBrokerOptions { DataFolder = other["data"], MinFreeBytes = 0 });
        await broker.StartAsync();
        await bystander.StartAsync();
        await PublishAsync(bystander, 5);

        var id = await PublishAsync(broker, 1);

        var counted = await collector.MetricAsync("forewave.publish.messages", metric => metric.One(7).One(1).Number(6) > 0);
        Assert.Equal(("{message}", 1L, 2L, 1L), (counted.Text(3), counted.One(7).Number(3), counted.One(7).Number(2), counted.One(7).One(1).Number(6)));
        var took = await collector.MetricAsync("forewave.publish.duration", metric => metric.One(9).One(1).Number(4) > 0);
        var point = took.One(9).One(1);
        Assert.Equal("s", took.Text(3));
        Assert.Equal((1L, 1L), (point.Number(4), point.Packed(6).Sum(bucket => (long)bucket)));
        Assert.Equal([0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1], point.Packed(7).Select(BitConverter.UInt64BitsToDouble));
        var queue = await collector.MetricAsync("messaging.forewave.queue.published", metric => metric.One(7).Has(1));
        Assert.Equal("orders", queue.One(7).One(1).Attributes(7)["messaging.destination.name"]);
        var span = await collector.SpanAsync("store orders");
        Assert.Equal((Trace, Parent, 2L), (span.Hex(1), span.Hex(4), span.Number(6)));
        var attributes = span.Attributes(9);
        Assert.Equal(("forewave", "orders", id.ToString(), "0"), (attributes["messaging.system"], attributes["messaging.destination.name"], attributes["messaging.message.id"], attributes["messaging.destination.partition.id"]));
        Assert.True(span.Number(8) >= span.Number(7), "it ends before it begins");
    }

    [Fact]
    public async Task Message_whose_trace_nobody_records_has_no_span()
    {
        await using var collector = await OtlpCollector.StartAsync();
        using TemporaryFolder folder = new();
        await using ForewaveBroker broker = new(OptionsOf(folder, collector.Endpoint));
        await broker.StartAsync();
        await PublishAsync(broker, 1, flags: "00");
        await PublishAsync(broker, 1, queue: "later");

        var spans = await collector.FindAsync("traces", request => request);

        Assert.Equal(["store later"], spans.Items.Select(one => one.Item.Text(5)));
    }

    private static ForewaveBrokerOptions OptionsOf(TemporaryFolder folder, Uri collector) => new()
    {
        DataFolder = folder["data"], MinFreeBytes = 0, Otlp = collector.AbsoluteUri, OtlpInterval = TimeSpan.FromMilliseconds(200),
    };

    private static async Task<MessageId> PublishAsync(ForewaveBroker broker, int messages, string flags = "01", string queue = "orders")
    {
        await using ForewaveClient client = new(new ForewaveClientOptions { Connector = broker.ConnectAsync });
        await using var producer = client.CreateProducer();
        Message message = new("body"u8.ToArray())
        {
            Headers = new KeyValuePair<string, ReadOnlyMemory<byte>>[] { new("traceparent", Encoding.ASCII.GetBytes($"00-{Trace}-{Parent}-{flags}")) },
        };
        Receipt receipt = default;
        for (int i = 0; i < messages; i++)
            receipt = await producer.PublishAsync(new QueueName(queue), message);
        return receipt.MessageId;
    }
}
