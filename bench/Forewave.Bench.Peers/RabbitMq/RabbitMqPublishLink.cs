using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Forewave.Bench.Peers.RabbitMq;

/// <summary>One channel with publisher confirms. AMQP carries one message per publish; the library writes many of them at once.</summary>
/// <remarks>Confirms are counted here and not by the library, which would make a task for each message.</remarks>
internal sealed class RabbitMqPublishLink : IPublishLink
{
    private static readonly CreateChannelOptions WithConfirms = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly ReceiptWindow _window;
    private readonly CachedString _exchange = new("");
    private readonly CachedString _queue;
    private readonly BasicProperties _persistent = new() { Persistent = true };
    private byte[] _body = [];
    private ulong _confirmedTag;

    private RabbitMqPublishLink(IConnection connection, IChannel channel, string queue, ReceiptWindow window)
    {
        _connection = connection;
        _channel = channel;
        _window = window;
        _queue = new CachedString(queue);
        channel.BasicAcksAsync += (_, ack) => Guarded(() => Confirm(ack));
        channel.BasicNacksAsync += (_, nack) => Guarded(() => throw new InvalidOperationException($"Publish {nack.DeliveryTag} was refused."));
        channel.ChannelShutdownAsync += (_, reason) => Guarded(() => throw new InvalidOperationException(reason.ToString()));
    }

    public static async Task<RabbitMqPublishLink> OpenAsync(
        ConnectionFactory factory,
        string queue,
        ReceiptWindow window,
        CancellationToken cancellation)
    {
        var connection = await factory.CreateConnectionAsync(cancellation);
        var channel = await connection.CreateChannelAsync(WithConfirms, cancellation);
        return new RabbitMqPublishLink(connection, channel, queue, window);
    }

    // The library copies the body before the call returns, so one buffer serves all.
    public async ValueTask PublishAsync(MessageRun run, CancellationToken cancellation)
    {
        if (_body.Length != run.SizeBytes)
        {
            _body = new byte[run.SizeBytes];
        }

        for (var index = 0; index < run.Count; index++)
        {
            run[index].WriteTo(_body);
            await _channel.BasicPublishAsync(_exchange, _queue, mandatory: false, _persistent, _body, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    // Tags are the publishes counted from 1. A quorum queue confirms in order, but the broker may name tags one by one and out of order.
    private void Confirm(BasicAckEventArgs ack)
    {
        if (ack.Multiple)
        {
            var count = (int)(ack.DeliveryTag - _confirmedTag);
            _window.Confirm((int)_confirmedTag, count);
            _confirmedTag = ack.DeliveryTag;
        }
        else
        {
            _window.Confirm((int)ack.DeliveryTag - 1, 1);
            _confirmedTag = Math.Max(_confirmedTag, ack.DeliveryTag);
        }
    }

    private Task Guarded(Action handle)
    {
        try
        {
            handle();
        }
        catch (InvalidOperationException error)
        {
            _window.Fail(error); // The library would only log what its handlers throw.
        }

        return Task.CompletedTask;
    }
}
