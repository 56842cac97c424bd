namespace Forewave.Client.Administration;

/// <summary>
/// What a replay means for a group's messages. Counted by offsets: messages that the group's filter passes over, and those that have
/// expired, are among them. Immutable.
/// </summary>
public sealed record GroupReplay
{
    /// <summary>Messages that are settled and come once more.</summary>
    public required long Settled { get; init; }

    /// <summary>Messages that were not handed out, or not settled: they come anyway.</summary>
    public required long Pending { get; init; }

    /// <summary>Dead letters: they do not come.</summary>
    public required long Dead { get; init; }

    /// <summary>The group after it; after a dry run as it was.</summary>
    public required GroupDetails Group { get; init; }
}
