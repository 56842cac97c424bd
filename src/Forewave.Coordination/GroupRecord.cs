using Forewave.Protocol;

namespace Forewave.Coordination;

/// <summary>
/// What decides in a broker group: who is master, under which epoch, and whose receipt an answer waits for. Changed by versioned
/// set alone.
/// </summary>
public sealed record GroupRecord
{
    /// <summary>The epoch of the master; raised by everyone who opens or takes the partition.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>The master's name.</summary>
    public required string Master { get; init; }

    /// <summary>The master, and the slave while it is in sync: at most two.</summary>
    public required IReadOnlyList<InSyncBroker> InSync { get; init; }

    /// <summary>
    /// What a person who set it by hand said of it, for the logs of the brokers: at most 200 characters; empty in what brokers set. Nothing is
    /// decided by it.
    /// </summary>
    public string Note { get; init; } = "";

    /// <summary>Whether both say the same; what was noted does not count.</summary>
    public bool Equals(GroupRecord? other) =>
        other is not null && Epoch == other.Epoch && Master == other.Master && InSync.SequenceEqual(other.InSync);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Epoch, Master, InSync.Count);
}
