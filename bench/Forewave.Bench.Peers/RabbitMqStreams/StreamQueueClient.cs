using System.Buffers.Binary;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.RabbitMqStreams;

/// <summary>Streams; the group is the name under which the consumer stores its offset.</summary>
internal sealed class StreamQueueClient : IQueueClient
{
    public const string Group = "drain";
    private readonly int _port;

    public StreamQueueClient(int port) => _port = port;

    public int Producers => 1;

    public int MessagesPerRun => 500;

    public async Task CreateQueueAsync(string queue, CancellationToken cancellation)
    {
        using var connection = await StreamConnection.OpenAsync(_port, cancellation);
        await connection.RequestAsync(StreamCommand.Create, request => request.Text(queue).Int32(0), cancellation);
    }

    public async Task<IPublishLink> OpenPublisherAsync(string queue, ReceiptWindow window, CancellationToken cancellation) =>
        await StreamPublishLink.OpenAsync(_port, queue, window, cancellation);

    public async Task<IConsumeLink> OpenConsumerAsync(string queue, AckMode ackMode, CancellationToken cancellation) =>
        await StreamConsumeLink.OpenAsync(_port, queue, cancellation);

    // The stored offset is that of the last message taken, from 0.
    public async Task<long?> CountUnsettledAsync(string queue, int published, CancellationToken cancellation)
    {
        using var connection = await StreamConnection.OpenAsync(_port, cancellation);
        var answer = await connection.RequestAsync(StreamCommand.QueryOffset, request => request.Text(Group).Text(queue), cancellation);
        return published - 1 - BinaryPrimitives.ReadInt64BigEndian(answer);
    }
}
