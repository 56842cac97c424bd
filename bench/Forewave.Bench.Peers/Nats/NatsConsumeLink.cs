using System.Buffers;
using System.Text;
using Forewave.Bench.Peers.Connections;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Nats;

/// <summary>Takes what a push consumer delivers and acknowledges it: all acks of one receive in one write.</summary>
internal sealed class NatsConsumeLink : IConsumeLink
{
    private const int AckUpToEvery = 1000;
    private readonly SocketLink _link;
    private readonly AckMode _ackMode;
    private readonly ArrayBufferWriter<byte> _outgoing = new(1 << 16);
    private int _sinceAck;
    private bool _answered;

    private NatsConsumeLink(SocketLink link, AckMode ackMode)
    {
        _link = link;
        _ackMode = ackMode;
    }

    public static async Task<NatsConsumeLink> OpenAsync(int port, string queue, AckMode ackMode, CancellationToken cancellation)
    {
        var link = await NatsHandshake.ConnectAsync(port, cancellation);
        await link.SendAsync(Encoding.UTF8.GetBytes($"SUB deliver.{queue} 1\r\nPING\r\n"), cancellation);
        var consumer = new NatsConsumeLink(link, ackMode);
        await consumer.AnsweredAsync(check: null, cancellation);
        return consumer;
    }

    public async Task RunAsync(DeliveryCheck check, CancellationToken cancellation)
    {
        while (!check.IsComplete)
        {
            await _link.ReceiveAsync(cancellation);
            Take(check);
            await FlushAsync(cancellation);
        }

        _answered = false;
        await _link.SendAsync("PING\r\n"u8.ToArray(), cancellation);
        await AnsweredAsync(check, cancellation);
    }

    public ValueTask DisposeAsync()
    {
        _link.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AnsweredAsync(DeliveryCheck? check, CancellationToken cancellation)
    {
        while (!_answered)
        {
            await _link.ReceiveAsync(cancellation);
            Take(check);
            await FlushAsync(cancellation);
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellation)
    {
        if (_outgoing.WrittenCount > 0)
        {
            await _link.SendAsync(_outgoing.WrittenMemory, cancellation);
            _outgoing.ResetWrittenCount();
        }
    }

    private void Take(DeliveryCheck? check)
    {
        var unread = _link.Unread;
        var taken = 0;
        while (NatsFrame.TryRead(unread[taken..], out var frame))
        {
            frame.ThrowIfError();
            taken += frame.TotalBytes;
            _answered |= frame.Kind == NatsFrameKind.Pong;
            if (frame.Kind == NatsFrameKind.Ping)
            {
                _outgoing.Write("PONG\r\n"u8);
            }
            else if (frame.Kind == NatsFrameKind.Message && check is not null)
            {
                check.Accept(frame.Payload);
                Acknowledge(frame.Reply, check.IsComplete);
            }
        }

        _link.Consume(taken);
    }

    private void Acknowledge(ReadOnlySpan<byte> reply, bool isLast)
    {
        if (_ackMode == AckMode.UpTo && ++_sinceAck < AckUpToEvery && !isLast)
        {
            return;
        }

        // An empty body is an ack.
        _sinceAck = 0;
        _outgoing.Write("PUB "u8);
        _outgoing.Write(reply);
        _outgoing.Write(" 0\r\n\r\n"u8);
    }
}
