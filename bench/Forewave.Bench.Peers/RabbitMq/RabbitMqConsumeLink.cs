using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Forewave.Bench.Peers.RabbitMq;

/// <summary>One channel with a prefetch limit, called by the library for each delivery.</summary>
/// <remarks>AMQP has no answer to an ack: the queue is asked for its length on the same channel after the last one.</remarks>
internal sealed class RabbitMqConsumeLink : IConsumeLink
{
    private const ushort Prefetch = 2000;
    private const int AckUpToEvery = 500;
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _queue;
    private readonly AckMode _ackMode;
    private int _sinceAck;

    private RabbitMqConsumeLink(IConnection connection, IChannel channel, string queue, AckMode ackMode)
    {
        _connection = connection;
        _channel = channel;
        _queue = queue;
        _ackMode = ackMode;
    }

    public static async Task<RabbitMqConsumeLink> OpenAsync(ConnectionFactory factory, string queue, AckMode ackMode, CancellationToken cancellation)
    {
        var connection = await factory.CreateConnectionAsync(cancellation);
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await channel.BasicQosAsync(0, Prefetch, global: false, cancellation);
        return new RabbitMqConsumeLink(connection, channel, queue, ackMode);
    }

    public async Task RunAsync(DeliveryCheck check, CancellationToken cancellation)
    {
        var acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            check.Accept(delivery.Body.Span);
            await AcknowledgeAsync(delivery.DeliveryTag, check.IsComplete, cancellation);
            if (check.IsComplete)
            {
                acknowledged.TrySetResult();
            }
        };
        await _channel.BasicConsumeAsync(_queue, autoAck: false, consumer, cancellation);
        await acknowledged.Task.WaitAsync(cancellation);
        await _channel.QueueDeclarePassiveAsync(_queue, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async ValueTask AcknowledgeAsync(ulong tag, bool isLast, CancellationToken cancellation)
    {
        if (_ackMode == AckMode.Each)
        {
            await _channel.BasicAckAsync(tag, multiple: false, cancellation);
        }
        else if (++_sinceAck == AckUpToEvery || isLast)
        {
            _sinceAck = 0;
            await _channel.BasicAckAsync(tag, multiple: true, cancellation);
        }
    }
}
