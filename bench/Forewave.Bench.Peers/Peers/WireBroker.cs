using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Peers;

/// <summary>A started broker that is driven over its wire protocol.</summary>
internal sealed class WireBroker : IBroker
{
    private readonly IReadOnlyList<BrokerProcess> _processes;
    private readonly IQueueClient _client;

    /// <summary>Owns the processes; the first in the list ends first.</summary>
    public WireBroker(IReadOnlyList<BrokerProcess> processes, IQueueClient client)
    {
        _processes = processes;
        _client = client;
    }

    public IReadOnlyList<int> ProcessIds => [.. _processes.Select(process => process.Id)];

    public async Task<Outcome> RunAsync(Workload workload, string queue, CancellationToken cancellation)
    {
        await _client.CreateQueueAsync(queue, cancellation);
        var run = new WireRun(_client, workload, queue) { BrokerProcessIds = ProcessIds };
        return await run.RunAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }
}
