using System.Buffers.Binary;
using System.Net.Sockets;

namespace Forewave.Bench.Probes.Network;

/// <summary>The first bytes of a connection: what to do, and how long a message is (at most 1 MiB).</summary>
internal readonly record struct PeerGreeting(PeerTask Task, int MessageBytes)
{
    private const int LengthBytes = 5;
    private const int MaxMessageBytes = 1 << 20;

    public async ValueTask SendAsync(Socket socket, CancellationToken cancellation)
    {
        var bytes = new byte[LengthBytes];
        bytes[0] = (byte)Task;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), MessageBytes);
        await socket.SendWholeAsync(bytes, cancellation);
    }

    /// <summary>Null when the peer left, or said something else.</summary>
    public static async ValueTask<PeerGreeting?> ReceiveAsync(Socket socket, CancellationToken cancellation)
    {
        var bytes = new byte[LengthBytes];
        if (!await socket.ReceiveWholeAsync(bytes, cancellation))
        {
            return null;
        }

        var greeting = new PeerGreeting((PeerTask)bytes[0], BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(1)));
        return greeting.MessageBytes is > 0 and <= MaxMessageBytes ? greeting : null;
    }
}
