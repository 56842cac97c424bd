using Forewave.Bench.Probes.Measurement;

namespace Forewave.Bench.Probes.Network;

/// <summary>1 KiB to another process and back, with asynchronous sockets, one message at a time.</summary>
internal sealed class RoundTripProbe(PeerProcess peer) : IProbe
{
    private const int MessageBytes = 1 << 10;

    private readonly Latencies _latencies = new();

    public string Name => "round-trip";

    public async Task<IReadOnlyList<Figure>> RunAsync(TimeSpan length, CancellationToken cancellation)
    {
        using var socket = await peer.ConnectAsync(new PeerGreeting(PeerTask.Echo, MessageBytes), cancellation);
        var message = new byte[MessageBytes];
        _latencies.Clear();
        var round = Moment.Now;
        while (round.Elapsed < length)
        {
            var start = Moment.Now;
            await socket.SendWholeAsync(message, cancellation);
            if (!await socket.ReceiveWholeAsync(message, cancellation))
            {
                throw new IOException("the other process left in the middle of a round");
            }

            _latencies.Add(start.Elapsed);
        }

        return
        [
            new(FigureName.RoundTripsPerSecond, _latencies.Count / round.Elapsed.TotalSeconds),
            new(FigureName.P50Microseconds, _latencies.At(0.50).TotalMicroseconds),
            new(FigureName.P99Microseconds, _latencies.At(0.99).TotalMicroseconds),
        ];
    }
}
