using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;
using RabbitMQ.Client;

namespace Forewave.Bench.Peers.RabbitMq;

/// <summary>Quorum queues over AMQP 0-9-1; a connection for each link.</summary>
internal sealed class RabbitMqQueueClient : IQueueClient
{
    private readonly ConnectionFactory _factory;

    public RabbitMqQueueClient(int port) => _factory = new ConnectionFactory { HostName = "127.0.0.1", Port = port, AutomaticRecoveryEnabled = false };

    // The broker reads a connection in one process, which is what holds a single one back.
    public int Producers => 2;

    public int MessagesPerRun => 200;

    public async Task CreateQueueAsync(string queue, CancellationToken cancellation)
    {
        await using var connection = await _factory.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
    }

    public async Task<IPublishLink> OpenPublisherAsync(string queue, ReceiptWindow window, CancellationToken cancellation) =>
        await RabbitMqPublishLink.OpenAsync(_factory, queue, window, cancellation);

    public async Task<IConsumeLink> OpenConsumerAsync(string queue, AckMode ackMode, CancellationToken cancellation) =>
        await RabbitMqConsumeLink.OpenAsync(_factory, queue, ackMode, cancellation);

    // What a closed consumer had not settled is ready again, so the ready ones are all.
    public async Task<long?> CountUnsettledAsync(string queue, int published, CancellationToken cancellation)
    {
        await using var connection = await _factory.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        return await channel.MessageCountAsync(queue, cancellation);
    }
}
