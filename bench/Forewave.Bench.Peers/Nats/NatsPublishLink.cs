using System.Buffers;
using System.Text;
using Forewave.Bench.Peers.Connections;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Nats;

/// <summary>Publishes runs of messages in one write; JetStream answers each message, in order, on one reply subject.</summary>
internal sealed class NatsPublishLink : IPublishLink
{
    private readonly SocketLink _link;
    private readonly ReceiptWindow _window;
    private readonly ReceiveLoop _receipts;
    private readonly ArrayBufferWriter<byte> _outgoing = new(1 << 20);
    private readonly NatsRoute _route;
    private byte[] _publishLine = [];
    private int _lineSizeBytes = -1;
    private int _confirmed;

    private NatsPublishLink(SocketLink link, NatsRoute route, ReceiptWindow window)
    {
        _link = link;
        _route = route;
        _window = window;
        _receipts = new ReceiveLoop(link, ConsumeReceipts, window.Fail);
    }

    public static async Task<NatsPublishLink> OpenAsync(int port, string queue, ReceiptWindow window, CancellationToken cancellation)
    {
        var link = await NatsHandshake.ConnectAsync(port, cancellation);
        var route = new NatsRoute { Queue = queue, Receipts = $"receipt.{Guid.NewGuid():N}" };
        await link.SendAsync(Encoding.UTF8.GetBytes($"SUB {route.Receipts} 1\r\n"), cancellation);
        return new NatsPublishLink(link, route, window);
    }

    public async ValueTask PublishAsync(MessageRun run, CancellationToken cancellation)
    {
        _outgoing.ResetWrittenCount();
        Encode(run);
        await _link.SendAsync(_outgoing.WrittenMemory, cancellation);
    }

    public ValueTask DisposeAsync() => _receipts.DisposeAsync();

    private void Encode(MessageRun run)
    {
        if (_lineSizeBytes != run.SizeBytes)
        {
            _publishLine = Encoding.UTF8.GetBytes($"PUB {_route.Queue} {_route.Receipts} {run.SizeBytes}\r\n");
            _lineSizeBytes = run.SizeBytes;
        }

        for (var index = 0; index < run.Count; index++)
        {
            _outgoing.Write(_publishLine);
            run[index].WriteTo(_outgoing.GetSpan(run.SizeBytes)[..run.SizeBytes]);
            _outgoing.Advance(run.SizeBytes);
            _outgoing.Write("\r\n"u8);
        }
    }

    // The server's PING comes every 2 minutes; a run is shorter than the two of them that it takes to be closed.
    private int ConsumeReceipts(ReadOnlySpan<byte> unread)
    {
        var taken = 0;
        var receipts = 0;
        while (NatsFrame.TryRead(unread[taken..], out var frame))
        {
            frame.ThrowIfError();
            taken += frame.TotalBytes;
            if (frame.Kind == NatsFrameKind.Message)
            {
                ThrowIfRefused(frame.Payload);
                receipts++;
            }
        }

        if (receipts > 0)
        {
            _window.Confirm(_confirmed, receipts);
            _confirmed += receipts;
        }

        return taken;
    }

    private static void ThrowIfRefused(ReadOnlySpan<byte> receipt)
    {
        if (receipt.IndexOf("\"error\""u8) >= 0)
        {
            throw new InvalidOperationException(Encoding.UTF8.GetString(receipt));
        }
    }
}
