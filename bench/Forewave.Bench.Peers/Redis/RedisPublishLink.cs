using System.Buffers;
using System.Text;
using Forewave.Bench.Peers.Connections;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Redis;

/// <summary>Publishes runs of XADD, pipelined in one write; the answers come in order.</summary>
internal sealed class RedisPublishLink : IPublishLink
{
    private readonly SocketLink _link;
    private readonly ReceiptWindow _window;
    private readonly ReceiveLoop _receipts;
    private readonly byte[] _queue;
    private readonly ArrayBufferWriter<byte> _outgoing = new(1 << 18);
    private int _confirmed;

    private RedisPublishLink(SocketLink link, string queue, ReceiptWindow window)
    {
        _link = link;
        _window = window;
        _queue = Encoding.UTF8.GetBytes(queue);
        _receipts = new ReceiveLoop(link, ConsumeAnswers, window.Fail);
    }

    public static async Task<RedisPublishLink> OpenAsync(int port, string queue, ReceiptWindow window, CancellationToken cancellation) =>
        new(await SocketLink.ConnectAsync(port, cancellation), queue, window);

    public async ValueTask PublishAsync(MessageRun run, CancellationToken cancellation)
    {
        _outgoing.ResetWrittenCount();
        for (var index = 0; index < run.Count; index++)
        {
            RespWriter.Command(_outgoing, 5);
            RespWriter.Bulk(_outgoing, "XADD"u8);
            RespWriter.Bulk(_outgoing, _queue);
            RespWriter.Bulk(_outgoing, "*"u8);
            RespWriter.Bulk(_outgoing, "m"u8);
            run[index].WriteTo(RespWriter.Bulk(_outgoing, run.SizeBytes));
        }

        await _link.SendAsync(_outgoing.WrittenMemory, cancellation);
    }

    public ValueTask DisposeAsync() => _receipts.DisposeAsync();

    private int ConsumeAnswers(ReadOnlySpan<byte> unread)
    {
        var taken = 0;
        var receipts = 0;
        while (RespReader.TryMeasure(unread[taken..], out var bytes))
        {
            RespReader.ThrowIfError(unread[taken..]);
            taken += bytes;
            receipts++;
        }

        if (receipts > 0)
        {
            _window.Confirm(_confirmed, receipts);
            _confirmed += receipts;
        }

        return taken;
    }
}
