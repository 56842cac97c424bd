namespace Forewave.Cli.Consuming;

/// <summary>Consecutive offsets.</summary>
internal readonly record struct OffsetSpan
{
    public required long First { get; init; }

    public required long Count { get; init; }
}
