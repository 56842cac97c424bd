namespace Forewave.Cli.Consuming;

/// <summary>How much is printed, and how.</summary>
internal sealed record PrintPlan
{
    /// <summary>Messages at most.</summary>
    public required long Max { get; init; }

    /// <summary>Ends after so long without a message; null: never.</summary>
    public required TimeSpan? Wait { get; init; }

    /// <summary>What was printed is acked.</summary>
    public required bool Acks { get; init; }

    /// <summary>An object per message instead of its body.</summary>
    public required bool Json { get; init; }
}
