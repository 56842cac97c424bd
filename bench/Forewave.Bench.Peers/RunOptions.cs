namespace Forewave.Bench.Peers;

/// <summary>What the command line asked for.</summary>
internal sealed record RunOptions
{
    /// <summary>Names of peers; empty for all.</summary>
    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary>Names of workloads; empty for all.</summary>
    public IReadOnlyList<string> Workloads { get; init; } = [];

    public int Rounds { get; init; } = 3;

    /// <summary>Of the workloads that publish.</summary>
    public int Messages { get; init; } = 1_000_000;

    /// <summary>Of the workloads that drain.</summary>
    public int Backlog { get; init; } = 1_000_000;

    public int InFlight { get; init; } = 10_000;

    public int RatePerSecond { get; init; } = 5_000;

    public TimeSpan PacedFor { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The program that is Forewave; by default the script at the root of the checkout.</summary>
    public string? ForewaveProgram { get; init; }

    /// <summary>Where the JSON report goes, null for nowhere.</summary>
    public string? JsonFile { get; init; }
}
