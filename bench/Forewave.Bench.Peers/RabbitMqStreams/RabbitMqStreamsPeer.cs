using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.RabbitMq;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.RabbitMqStreams;

/// <summary>RabbitMQ's streams, one node, over their own protocol.</summary>
internal sealed class RabbitMqStreamsPeer : IPeer
{
    public string Name => "rabbitmq-streams";

    public string Title => "RabbitMQ stream";

    public string Durability => "unsynced: written, left to the kernel's page cache; a log without acks per message, one stored offset settles all below it";

    // A stream has no ack for one message.
    public bool Supports(WorkloadShape shape) => shape != WorkloadShape.DrainAckEach;

    public Task<string?> FindVersionAsync(CancellationToken cancellation) => RabbitMqNode.FindVersionAsync(cancellation);

    public async Task<IBroker> StartAsync(string folder, CancellationToken cancellation)
    {
        var node = await RabbitMqNode.StartAsync(folder, plugins: "rabbitmq_stream", cancellation);
        return new WireBroker(node.Processes, new StreamQueueClient(node.StreamPort));
    }
}
