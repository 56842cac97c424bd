using Forewave.Model.Worlds;

namespace Forewave.Model.Searches;

/// <summary>What a search found.</summary>
internal sealed record Finding
{
    /// <summary>Nothing, when all worlds that it saw are well.</summary>
    public required Broken Broken { get; init; }

    /// <summary>How it came about; null when nothing is broken.</summary>
    public required Trace? Trace { get; init; }

    /// <summary>How many different worlds were seen.</summary>
    public required int Worlds { get; init; }

    /// <summary>All worlds within so many steps of the start were seen.</summary>
    public required int Depth { get; init; }

    /// <summary>There are no worlds beyond.</summary>
    public required bool IsWhole { get; init; }
}
