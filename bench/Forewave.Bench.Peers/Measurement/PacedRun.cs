namespace Forewave.Bench.Peers.Measurement;

/// <summary>The messages that are due.</summary>
internal readonly record struct PacedRun
{
    public required int First { get; init; }

    public required int Count { get; init; }

    public required long FirstIntendedTicks { get; init; }

    public required long TicksBetween { get; init; }
}
