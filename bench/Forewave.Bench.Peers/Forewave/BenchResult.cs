using System.Text.Json;
using Forewave.Bench.Peers.Measurement;

namespace Forewave.Bench.Peers.Forewave;

/// <summary>What <c>forewave bench … --json</c> answers; other fields are skipped.</summary>
internal sealed record BenchResult
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public required int Messages { get; init; }

    public required double Seconds { get; init; }

    public Latency? LatencyMs { get; init; }

    public long Errors { get; init; }

    public long Lost { get; init; }

    public long Duplicates { get; init; }

    public long OutOfOrder { get; init; }

    public static BenchResult Parse(string json) =>
        JsonSerializer.Deserialize<BenchResult>(json, Options) ?? throw new InvalidDataException($"No result: {json}");
}
