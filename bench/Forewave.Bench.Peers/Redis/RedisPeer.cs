using System.Diagnostics;
using System.Globalization;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Redis;

/// <summary>Redis streams with a consumer group, one server, the append-only file synced before each answer.</summary>
internal sealed class RedisPeer : IPeer
{
    public string Name => "redis";

    public string Title => "Redis stream";

    public string Durability => "synced: appendonly yes, appendfsync always, so publishes, deliveries and acks are all synced before their answer; everything is also held in memory";

    // XACK names each message.
    public bool Supports(WorkloadShape shape) => shape != WorkloadShape.DrainAckUpTo;

    public Task<string?> FindVersionAsync(CancellationToken cancellation) => CommandLine.PackageVersionAsync("redis-server", cancellation);

    public async Task<IBroker> StartAsync(string folder, CancellationToken cancellation)
    {
        var port = FreePorts.Take(1)[0];
        string[] arguments =
        [
            "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--dir", folder,
            "--appendonly", "yes", "--appendfsync", "always", "--save", "",
        ];
        var process = BrokerProcess.Start(new ProcessStartInfo("redis-server", arguments));
        try
        {
            await process.ListensAsync(port, cancellation);
            return new WireBroker([process], new RedisQueueClient(port));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
