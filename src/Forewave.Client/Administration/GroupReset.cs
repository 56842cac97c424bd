namespace Forewave.Client.Administration;

/// <summary>
/// What a reset of a group did, or would do. Counted by offsets: messages that the group's filter passes over are among them.
/// Immutable.
/// </summary>
public sealed record GroupReset
{
    /// <summary>Messages that were not settled and never come.</summary>
    public required long Skipped { get; init; }

    /// <summary>Messages that were settled and come again.</summary>
    public required long Repeated { get; init; }

    /// <summary>Messages that were leased, waiting, held or parked and come again as if never handed out.</summary>
    public required long Restarted { get; init; }

    /// <summary>Consumers that were subscribed.</summary>
    public required int Consumers { get; init; }

    /// <summary>The group after it; after a dry run as it was.</summary>
    public required GroupDetails Group { get; init; }
}
