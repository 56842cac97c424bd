namespace Forewave.Cli.Searching;

/// <summary>How much of a search to do and how to show it.</summary>
internal sealed record SearchPlan
{
    /// <summary>Messages at most.</summary>
    public required long Most { get; init; }

    /// <summary>With bodies and headers.</summary>
    public required bool Bodies { get; init; }

    /// <summary>Where an earlier one ended; null: from the beginning.</summary>
    public required string? Resume { get; init; }

    /// <summary>As JSON.</summary>
    public required bool Json { get; init; }
}
