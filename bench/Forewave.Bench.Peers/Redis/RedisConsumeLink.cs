using System.Buffers;
using System.Globalization;
using System.Text;
using Forewave.Bench.Peers.Connections;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Redis;

/// <summary>Reads with blocking XREADGROUPs and acknowledges each batch with one XACK that names every message.</summary>
/// <remarks>
/// Two connections: a read that waits for messages holds back what is sent after it, so acks go over the other one. Two reads are under
/// way at a time, so that the server has the next one when it has answered the first.
/// </remarks>
internal sealed class RedisConsumeLink : IConsumeLink
{
    private const int ReadMessages = 500;
    private const int ReadsUnderWay = 2;
    private readonly SocketLink _reads;
    private readonly SocketLink _acks;
    private readonly byte[] _queue;
    private readonly byte[] _group = Encoding.UTF8.GetBytes(RedisQueueClient.Group);
    private readonly byte[] _readCommand;
    private readonly ArrayBufferWriter<byte> _ids = new(1 << 14);
    private readonly ArrayBufferWriter<byte> _ack = new(1 << 14);
    private long _acked;

    private RedisConsumeLink(SocketLink reads, SocketLink acks, string queue)
    {
        _reads = reads;
        _acks = acks;
        _queue = Encoding.UTF8.GetBytes(queue);
        _readCommand = ReadCommand();
    }

    public static async Task<RedisConsumeLink> OpenAsync(int port, string queue, CancellationToken cancellation)
    {
        var reads = await SocketLink.ConnectAsync(port, cancellation);
        return new RedisConsumeLink(reads, await SocketLink.ConnectAsync(port, cancellation), queue);
    }

    public async Task RunAsync(DeliveryCheck check, CancellationToken cancellation)
    {
        var acking = ReceiveAcksAsync(check, cancellation);
        for (var read = 0; read < ReadsUnderWay; read++)
        {
            await _reads.SendAsync(_readCommand, cancellation);
        }

        while (!check.IsComplete)
        {
            await _reads.ReceiveAsync(cancellation);
            while (Take(check))
            {
                await _acks.SendAsync(_ack.WrittenMemory, cancellation);
                await _reads.SendAsync(_readCommand, cancellation);
            }
        }

        await acking;
    }

    public ValueTask DisposeAsync()
    {
        _reads.Dispose();
        _acks.Dispose();
        return ValueTask.CompletedTask;
    }

    // An XACK answers how many messages it has settled.
    private async Task ReceiveAcksAsync(DeliveryCheck check, CancellationToken cancellation)
    {
        while (_acked < check.Expected)
        {
            await _acks.ReceiveAsync(cancellation);
            while (RespReader.TryMeasure(_acks.Unread, out var bytes))
            {
                RespReader.ThrowIfError(_acks.Unread);
                _acked += long.Parse(_acks.Unread[1..(bytes - 2)], CultureInfo.InvariantCulture);
                _acks.Consume(bytes);
            }
        }
    }

    // [[queue, [[id, [field, body]], …]]]
    private bool Take(DeliveryCheck check)
    {
        if (!RespReader.TryMeasure(_reads.Unread, out var bytes))
        {
            return false;
        }

        var answer = new RespReader(_reads.Unread);
        answer.ReadArray();
        answer.ReadArray();
        answer.ReadBulk();
        var messages = answer.ReadArray();
        _ids.ResetWrittenCount();
        for (var message = 0; message < messages; message++)
        {
            answer.ReadArray();
            RespWriter.Bulk(_ids, answer.ReadBulk());
            answer.ReadArray();
            answer.ReadBulk();
            check.Accept(answer.ReadBulk());
        }

        _reads.Consume(bytes);
        WriteAck(messages);
        return true;
    }

    private void WriteAck(int messages)
    {
        _ack.ResetWrittenCount();
        RespWriter.Command(_ack, 3 + messages);
        RespWriter.Bulk(_ack, "XACK"u8);
        RespWriter.Bulk(_ack, _queue);
        RespWriter.Bulk(_ack, _group);
        _ack.Write(_ids.WrittenSpan);
    }

    private byte[] ReadCommand()
    {
        var command = new ArrayBufferWriter<byte>();
        string[] words =
        [
            "XREADGROUP", "GROUP", RedisQueueClient.Group, "consumer", "COUNT", ReadMessages.ToString(CultureInfo.InvariantCulture),
            "BLOCK", "0", "STREAMS", Encoding.UTF8.GetString(_queue), ">",
        ];
        RespWriter.Command(command, words.Length);
        foreach (var word in words)
        {
            RespWriter.Bulk(command, Encoding.UTF8.GetBytes(word));
        }

        return command.WrittenSpan.ToArray();
    }
}
