using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Forewave.Client;
using Forewave.Coordination.Routes;
using Forewave.Integration.Tests.Observability.Exposition;
using Forewave.Integration.Tests.Observability.Rules;
using Forewave.Integration.Tests.Processes;
using Forewave.Server;
using Forewave.Server.Members;
using Forewave.Server.Metrics;

namespace Forewave.Integration.Tests.Units;

[Trait("Suite", "scenario")]
public sealed class MetricPageTests
{
    [Fact]
    public async Task Metrics_page_lists_every_metric_of_a_broker_and_a_client_with_its_kind_and_unit()
    {
        var found = new SortedDictionary<string, (MetricKind, string)>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name.StartsWith("Forewave.", StringComparison.Ordinal) && instrument.Meter.Name != "Forewave.Test")
                {
                    lock (found)
                        found[instrument.Name] = (MetricFamily.Of(instrument).Kind, instrument.Unit ?? "");
                }
            },
        };
        listener.Start();
        using TemporaryFolder folder = new();
        ForewaveBrokerOptions options = new()
        {
            DataFolder = folder["data"], Http = "127.0.0.1:0", MinFreeBytes = 0, Otlp = "http://127.0.0.1:9", OtlpInterval = TimeSpan.FromHours(1),
        };
        await using ForewaveBroker broker = new(options);
        await broker.StartAsync();
        await using ForewaveClient client = new(new ForewaveClientOptions { Connector = broker.ConnectAsync });
        RuntimeHelpers.RunClassConstructor(typeof(Forewave.Client.Telemetry.ClientTelemetry).TypeHandle);
        using Forewave.Outbox.Telemetry.OutboxTelemetry outbox = new(new Forewave.Outbox.OutboxRelayOptions
        {
            Tables = new Forewave.Outbox.OutboxTables { Database = Forewave.Outbox.DatabaseKind.Sqlite }, Connect = () => throw new InvalidOperationException("nobody connects"),
        });
        RuntimeHelpers.RunClassConstructor(typeof(Forewave.Outbox.Hosting.InboxTelemetry).TypeHandle);
        // Those of a broker of a cluster, of which nobody reads a value here.
        using BrokerMeters meters = new();
        MemberMetrics.Add(meters, null!);
        ProofMetrics.Durations(meters);
        RouteMetrics.Add(meters, new ClusterFollowing(_ => throw new InvalidOperationException("nobody follows"), _ => { }, TimeProvider.System));

        var rows = DocumentedMetric.Read().Where(metric => !metric.IsOfPrometheus).ToDictionary(metric => metric.Name, metric => (metric.Kind, metric.Unit));

        lock (found)
            Assert.Equal(found, rows.OrderBy(row => row.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Metrics_page_lists_what_is_told_of_the_process()
    {
        PrometheusWriter writer = new();
        ProcessMetrics.WriteTo(writer);
        var families = ExpositionParser.Parse(System.Text.Encoding.UTF8.GetString(writer.Written.Span), ExpositionFormat.PrometheusText);

        var rows = DocumentedMetric.Read().Where(metric => metric.IsOfPrometheus).Select(metric => (metric.Name, metric.Kind.ToString().ToLowerInvariant()));

        Assert.Equal(families.Select(family => (family.Name, family.Type!)).Order(), rows.Order());
    }
}
