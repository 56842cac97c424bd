using System.Buffers;
using System.Text;
using Forewave.Bench.Peers.Connections;

namespace Forewave.Bench.Peers.Redis;

/// <summary>One command over a connection of its own.</summary>
internal static class RedisRequest
{
    /// <summary>The answer as RESP text. Throws when it is an error.</summary>
    public static async Task<string> SendAsync(int port, IReadOnlyList<string> words, CancellationToken cancellation)
    {
        using var link = await SocketLink.ConnectAsync(port, cancellation);
        var command = new ArrayBufferWriter<byte>();
        RespWriter.Command(command, words.Count);
        foreach (var word in words)
        {
            RespWriter.Bulk(command, Encoding.UTF8.GetBytes(word));
        }

        await link.SendAsync(command.WrittenMemory, cancellation);
        while (true)
        {
            await link.ReceiveAsync(cancellation);
            if (RespReader.TryMeasure(link.Unread, out var bytes))
            {
                RespReader.ThrowIfError(link.Unread);
                return Encoding.UTF8.GetString(link.Unread[..bytes]);
            }
        }
    }
}
