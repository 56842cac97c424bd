using Forewave.Bench.Probes.Measurement;

namespace Forewave.Bench.Probes.Disk;

/// <summary>Sequential write + sync of blocks of one size, one at a time.</summary>
internal sealed class WriteProbe(string name, WriteKind kind, int blockBytes, ProbeFolder folder) : IProbe
{
    private readonly Latencies _latencies = new();

    public string Name => name;

    public Task<IReadOnlyList<Figure>> RunAsync(TimeSpan length, CancellationToken cancellation)
    {
        using var file = folder.Open(kind);
        var block = AlignedBlock.Create(blockBytes);
        _latencies.Clear();
        var round = Moment.Now;
        while (round.Elapsed < length && !cancellation.IsCancellationRequested)
        {
            var start = Moment.Now;
            file.WriteSynced(block.Span);
            _latencies.Add(start.Elapsed);
        }

        var perSecond = _latencies.Count / round.Elapsed.TotalSeconds;
        return Task.FromResult<IReadOnlyList<Figure>>(
        [
            new(FigureName.WritesPerSecond, perSecond),
            new(FigureName.MegabytesPerSecond, perSecond * blockBytes / 1e6),
            new(FigureName.P50Microseconds, _latencies.At(0.50).TotalMicroseconds),
            new(FigureName.P99Microseconds, _latencies.At(0.99).TotalMicroseconds),
        ]);
    }
}
