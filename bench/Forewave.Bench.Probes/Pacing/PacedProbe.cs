using System.Net.Sockets;
using Forewave.Bench.Probes.Disk;
using Forewave.Bench.Probes.Measurement;
using Forewave.Bench.Probes.Network;

namespace Forewave.Bench.Probes.Pacing;

/// <summary>
/// What a message of a broker costs at least at 5,000 a second: 4 KiB written and synced, then 1 KiB to another process
/// and back. Whatever became due during one such turn shares the next one, as the messages of a group commit do.
/// </summary>
/// <remarks>
/// P50 and P99 are those of the turns: write + sync + round trip. "Due to done" counts every message from the moment it
/// was due, so a stall counts for all that it held up, and nothing is hidden by the sender waiting too.
/// </remarks>
internal sealed class PacedProbe(ProbeFolder folder, PeerProcess peer) : IProbe
{
    private const int BlockBytes = 4 << 10;
    private const int MessageBytes = 1 << 10;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1) / 5_000;

    private readonly Latencies _turns = new();
    private readonly Latencies _messages = new();

    public string Name => "paced-5000";

    public async Task<IReadOnlyList<Figure>> RunAsync(TimeSpan length, CancellationToken cancellation)
    {
        using var file = folder.Open(WriteKind.Recycled);
        using var socket = await peer.ConnectAsync(new PeerGreeting(PeerTask.Echo, MessageBytes), cancellation);
        _turns.Clear();
        _messages.Clear();
        var total = (int)(length / Between);
        var start = Moment.Now;
        await RunTurnsAsync(file, socket, total, cancellation);
        return
        [
            new(FigureName.P50Microseconds, _turns.At(0.50).TotalMicroseconds),
            new(FigureName.P99Microseconds, _turns.At(0.99).TotalMicroseconds),
            new(FigureName.DueToDoneP50Microseconds, _messages.At(0.50).TotalMicroseconds),
            new(FigureName.DueToDoneP99Microseconds, _messages.At(0.99).TotalMicroseconds),
            new(FigureName.AchievedPerSecond, total / start.Elapsed.TotalSeconds),
        ];
    }

    private async Task RunTurnsAsync(ProbeFile file, Socket socket, int total, CancellationToken cancellation)
    {
        var block = AlignedBlock.Create(BlockBytes);
        var message = new byte[MessageBytes];
        var start = Moment.Now;
        for (var next = 0; next < total;)
        {
            // After an await this may be another thread of the pool, so each turn asks again.
            PreciseSleep.SharpenThisThread();
            PreciseSleep.Until(start + (next * Between));
            var turn = Moment.Now;
            var due = Math.Min(total, (int)((turn - start) / Between) + 1);
            file.WriteSynced(block.Span);
            await socket.SendWholeAsync(message, cancellation);
            if (!await socket.ReceiveWholeAsync(message, cancellation))
            {
                throw new IOException("the other process left in the middle of a round");
            }

            var done = Moment.Now;
            _turns.Add(done - turn);
            for (; next < due; next++)
            {
                _messages.Add(done - (start + (next * Between)));
            }
        }
    }
}
