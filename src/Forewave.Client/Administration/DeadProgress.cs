namespace Forewave.Client.Administration;

/// <summary>How far a redrive or purge by a filter came. Immutable.</summary>
public sealed record DeadProgress
{
    /// <summary>The places that were touched since the last one; with a dry run those that would be.</summary>
    public required IReadOnlyList<long> Places { get; init; }

    /// <summary>Messages that were touched so far.</summary>
    public required long Messages { get; init; }

    /// <summary>Dead letters that were looked at so far.</summary>
    public required long Scanned { get; init; }
}
