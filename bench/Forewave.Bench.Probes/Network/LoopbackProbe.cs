using System.Net.Sockets;
using Forewave.Bench.Probes.Disk;
using Forewave.Bench.Probes.Measurement;

namespace Forewave.Bench.Probes.Network;

/// <summary>One TCP connection over the loopback, in one direction, from this process to another.</summary>
internal sealed class LoopbackProbe(PeerProcess peer) : IProbe
{
    private const int ChunkBytes = 256 << 10;

    private readonly Memory<byte> _chunk = AlignedBlock.Create(ChunkBytes);

    public string Name => "loopback";

    public async Task<IReadOnlyList<Figure>> RunAsync(TimeSpan length, CancellationToken cancellation)
    {
        using var socket = await peer.ConnectAsync(new PeerGreeting(PeerTask.Swallow, ChunkBytes), cancellation);
        long bytes = 0;
        var round = Moment.Now;
        while (round.Elapsed < length)
        {
            await socket.SendWholeAsync(_chunk, cancellation);
            bytes += ChunkBytes;
        }

        socket.Shutdown(SocketShutdown.Send);
        var answer = new byte[1];
        if (!await socket.ReceiveWholeAsync(answer, cancellation))
        {
            throw new IOException("the other process left before it had read everything");
        }

        return [new Figure(FigureName.MegabytesPerSecond, bytes / round.Elapsed.TotalSeconds / 1e6)];
    }
}
