using System.Buffers.Binary;
using Forewave.Bench.Peers.Connections;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.RabbitMqStreams;

/// <summary>Publishes a run of messages as one Publish frame; confirms name the ids, many in a frame.</summary>
internal sealed class StreamPublishLink : IPublishLink
{
    private const byte PublisherId = 0;
    private readonly SocketLink _link;
    private readonly ReceiptWindow _window;
    private readonly ReceiveLoop _receipts;
    private readonly StreamRequest _request = new();

    private StreamPublishLink(SocketLink link, ReceiptWindow window)
    {
        _link = link;
        _window = window;
        _receipts = new ReceiveLoop(link, ConsumeConfirms, window.Fail);
    }

    public static async Task<StreamPublishLink> OpenAsync(int port, string queue, ReceiptWindow window, CancellationToken cancellation)
    {
        var connection = await StreamConnection.OpenAsync(port, cancellation);
        await connection.RequestAsync(StreamCommand.DeclarePublisher, request => request.Byte(PublisherId).Text("").Text(queue), cancellation);
        return new StreamPublishLink(connection.Link, window);
    }

    public async ValueTask PublishAsync(MessageRun run, CancellationToken cancellation)
    {
        Encode(run);
        await _link.SendAsync(_request.Frames, cancellation);
    }

    public ValueTask DisposeAsync() => _receipts.DisposeAsync();

    private void Encode(MessageRun run)
    {
        _request.Clear();
        _request.Begin(StreamCommand.Publish).Byte(PublisherId).Int32(run.Count);
        for (var index = 0; index < run.Count; index++)
        {
            _request.Int64(run.FirstSequence + index).Int32(run.SizeBytes + StreamBody.HeaderBytes);
            var message = _request.Take(run.SizeBytes + StreamBody.HeaderBytes);
            StreamBody.WriteHeader(message, run.SizeBytes);
            run[index].WriteTo(message[StreamBody.HeaderBytes..]);
        }

        _request.End();
    }

    private int ConsumeConfirms(ReadOnlySpan<byte> unread)
    {
        var taken = 0;
        while (StreamFrame.TryRead(unread[taken..], out var frame))
        {
            taken += frame.TotalBytes;
            if (frame.Command == StreamCommand.PublishError)
            {
                throw new InvalidOperationException("A publish was refused.");
            }

            if (frame.Command == StreamCommand.PublishConfirm)
            {
                Confirm(frame.Content);
            }
        }

        return taken;
    }

    // Publisher (1) · count (4) · ids (8 each): mostly consecutive, so they are confirmed as runs.
    private void Confirm(ReadOnlySpan<byte> content)
    {
        var count = BinaryPrimitives.ReadInt32BigEndian(content[1..]);
        var ids = content.Slice(5, count * sizeof(long));
        var first = (int)BinaryPrimitives.ReadInt64BigEndian(ids);
        var length = 1;
        for (ids = ids[sizeof(long)..]; ids.Length > 0; ids = ids[sizeof(long)..])
        {
            var id = (int)BinaryPrimitives.ReadInt64BigEndian(ids);
            if (id == first + length)
            {
                length++;
                continue;
            }

            _window.Confirm(first, length);
            (first, length) = (id, 1);
        }

        _window.Confirm(first, length);
    }
}
