using System.Net.Sockets;

namespace Forewave.Bench.Probes.Network;

/// <summary>A socket sends and receives what it can; these go on until all is through.</summary>
internal static class WholeTransfers
{
    public static async ValueTask SendWholeAsync(this Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellation)..];
        }
    }

    /// <summary>False when the peer shut its side down before.</summary>
    public static async ValueTask<bool> ReceiveWholeAsync(this Socket socket, Memory<byte> room, CancellationToken cancellation)
    {
        while (!room.IsEmpty)
        {
            var received = await socket.ReceiveAsync(room, SocketFlags.None, cancellation);
            if (received == 0)
            {
                return false;
            }

            room = room[received..];
        }

        return true;
    }
}
