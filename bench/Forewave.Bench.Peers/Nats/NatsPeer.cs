using System.Diagnostics;
using System.Globalization;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Nats;

/// <summary>NATS JetStream of Debian's nats-server, one server, streams in files.</summary>
internal sealed class NatsPeer : IPeer
{
    public string Name => "nats";

    public string Title => "NATS JetStream";

    public string Durability =>
        "unsynced: files, written but not synced before the receipt (2.9 syncs every 2 minutes and has no setting for it); acks of consumers are not answered";

    public bool Supports(WorkloadShape shape) => true;

    public Task<string?> FindVersionAsync(CancellationToken cancellation) => CommandLine.PackageVersionAsync("nats-server", cancellation);

    public async Task<IBroker> StartAsync(string folder, CancellationToken cancellation)
    {
        var port = FreePorts.Take(1)[0];
        string[] arguments = ["-a", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-js", "-sd", folder];
        var process = BrokerProcess.Start(new ProcessStartInfo("/usr/sbin/nats-server", arguments));
        try
        {
            await process.ListensAsync(port, cancellation);
            return new WireBroker([process], new NatsQueueClient(port));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
