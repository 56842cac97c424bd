using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.RabbitMq;

/// <summary>RabbitMQ's quorum queues, one node, through RabbitMQ.Client.</summary>
internal sealed class RabbitMqPeer : IPeer
{
    public string Name => "rabbitmq";

    public string Title => "RabbitMQ quorum queue";

    public string Durability => "synced: the log of a quorum queue is written and synced before the publisher's confirm; acks of consumers are not answered";

    public bool Supports(WorkloadShape shape) => true;

    public Task<string?> FindVersionAsync(CancellationToken cancellation) => RabbitMqNode.FindVersionAsync(cancellation);

    public async Task<IBroker> StartAsync(string folder, CancellationToken cancellation)
    {
        var node = await RabbitMqNode.StartAsync(folder, plugins: "", cancellation);
        return new WireBroker(node.Processes, new RabbitMqQueueClient(node.AmqpPort));
    }
}
