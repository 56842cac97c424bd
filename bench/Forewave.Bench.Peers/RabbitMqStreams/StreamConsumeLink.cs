using System.Buffers.Binary;
using Forewave.Bench.Peers.Connections;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.RabbitMqStreams;

/// <summary>Takes chunks, gives the broker a credit for each, and stores its offset every 10,000 messages and at the end.</summary>
/// <remarks>Storing an offset is not answered: the offset is asked for on the same connection after the last one.</remarks>
internal sealed class StreamConsumeLink : IConsumeLink
{
    private const byte SubscriptionId = 0;
    private const short Credits = 10;
    private const short FromFirst = 1;
    private const int StoreOffsetEvery = 10_000;
    private readonly StreamConnection _connection;
    private readonly string _queue;
    private readonly StreamRequest _outgoing = new();
    private long _sinceStored;
    private long _stored = -1;
    private bool _answered;

    private StreamConsumeLink(StreamConnection connection, string queue)
    {
        _connection = connection;
        _queue = queue;
    }

    public static async Task<StreamConsumeLink> OpenAsync(int port, string queue, CancellationToken cancellation) =>
        new(await StreamConnection.OpenAsync(port, cancellation), queue);

    public async Task RunAsync(DeliveryCheck check, CancellationToken cancellation)
    {
        await _connection.RequestAsync(
            StreamCommand.Subscribe,
            request => request.Byte(SubscriptionId).Text(_queue).Int16(FromFirst).Int16(Credits).Int32(0),
            cancellation);
        Take(check);
        while (!check.IsComplete)
        {
            await _connection.Link.ReceiveAsync(cancellation);
            Take(check);
            await FlushAsync(cancellation);
        }

        AskForOffset();
        while (!_answered)
        {
            await FlushAsync(cancellation);
            await _connection.Link.ReceiveAsync(cancellation);
            Take(check);
        }
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask FlushAsync(CancellationToken cancellation)
    {
        await _connection.Link.SendAsync(_outgoing.Frames, cancellation);
        _outgoing.Clear();
    }

    private void Take(DeliveryCheck check)
    {
        var unread = _connection.Link.Unread;
        var taken = 0;
        while (StreamFrame.TryRead(unread[taken..], out var frame))
        {
            taken += frame.TotalBytes;
            if (frame.Command == StreamCommand.Deliver)
            {
                TakeChunk(new StreamChunk(frame.Content[1..]), check);
            }
            else if (frame.Command == StreamCommand.QueryOffset && frame.IsAnswer)
            {
                TakeOffset(BinaryPrimitives.ReadInt64BigEndian(frame.Content[6..]));
            }
        }

        _connection.Link.Consume(taken);
    }

    private void AskForOffset() =>
        _outgoing.Begin(StreamCommand.QueryOffset).Int32(0).Text(StreamQueueClient.Group).Text(_queue).End();

    // The broker may still be about to store it.
    private void TakeOffset(long offset)
    {
        _answered = offset >= _stored;
        if (!_answered)
        {
            AskForOffset();
        }
    }

    private void TakeChunk(StreamChunk chunk, DeliveryCheck check)
    {
        while (chunk.IsUserData && chunk.TryNext(out var message))
        {
            check.Accept(StreamBody.Read(message));
        }

        _outgoing.Begin(StreamCommand.Credit).Byte(SubscriptionId).Int16(1).End();
        _sinceStored += chunk.Records;
        if (_sinceStored >= StoreOffsetEvery || check.IsComplete)
        {
            _sinceStored = 0;
            _stored = chunk.FirstOffset + chunk.Records - 1;
            _outgoing.Begin(StreamCommand.StoreOffset).Text(StreamQueueClient.Group).Text(_queue).Int64(_stored).End();
        }
    }
}
