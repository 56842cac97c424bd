namespace Forewave.Bench.Probes.Measurement;

/// <summary>What a figure says, with its unit. In JSON the name starts with a small letter.</summary>
internal enum FigureName
{
    WritesPerSecond,
    RoundTripsPerSecond,
    MegabytesPerSecond,
    P50Microseconds,
    P99Microseconds,
    DueToDoneP50Microseconds,
    DueToDoneP99Microseconds,
    AchievedPerSecond,
}
