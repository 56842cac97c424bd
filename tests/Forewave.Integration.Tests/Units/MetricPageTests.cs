using System.Diagnostics.Metrics;
using Forewave.Coordination.Routes;
using Forewave.Integration.Tests.Processes;
using Forewave.Server;
using Forewave.Server.Members;
using Forewave.Server.Metrics;

namespace Forewave.Integration.Tests.Units;

[Trait("Suite", "scenario")]
public sealed class MetricPageTests
{
    [Fact]
    public async Task Metrics_page_lists_every_metric_of_a_broker_with_its_unit()
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name.StartsWith("Forewave.Broker", StringComparison.Ordinal) || instrument.Meter.Name.StartsWith("Forewave.Server", StringComparison.Ordinal))
                {
                    lock (found)
                        found[instrument.Name] = instrument.Unit ?? "";
                }
            },
        };
        listener.Start();
        using TemporaryFolder folder = new();
        await using ForewaveBroker broker = new(new ForewaveBrokerOptions { DataFolder = folder["data"], Http = "127.0.0.1:0", MinFreeBytes = 0 });
        await broker.StartAsync();
        // Those of a broker of a cluster, of which nobody reads a value here.
        using BrokerMeters meters = new();
        MemberMetrics.Add(meters, null!);
        ProofMetrics.Durations(meters);
        RouteMetrics.Add(meters, new ClusterFollowing(_ => throw new InvalidOperationException("nobody follows"), _ => { }, TimeProvider.System));

        var rows = File.ReadAllLines(Path.Combine(Repository(), "docs", "metrics.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(cells => cells[1].Trim('`'), cells => cells[3]);

        lock (found)
            Assert.Equal(found, rows.OrderBy(row => row.Key, StringComparer.Ordinal));
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Forewave.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("not in the repository");
        return folder.FullName;
    }
}
