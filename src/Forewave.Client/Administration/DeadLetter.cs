using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A message that a group could not deal with. Immutable.</summary>
public sealed record DeadLetter
{
    /// <summary>Its place in the group's list of dead letters: what it is redriven and purged by.</summary>
    public required DeadPlace Place { get; init; }

    /// <summary>The message's id.</summary>
    public required MessageId Id { get; init; }

    /// <summary>The offset that it had in its queue.</summary>
    public required Offset Offset { get; init; }

    /// <summary>When it was published.</summary>
    public required DateTimeOffset PublishTime { get; init; }

    /// <summary>When it became a dead letter; it is kept for 30 days from then.</summary>
    public required DateTimeOffset DeathTime { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>What became of its deliveries, oldest first.</summary>
    public required IReadOnlyList<FailedAttempt> History { get; init; }

    /// <summary>Bytes of its body.</summary>
    public required int BodyBytes { get; init; }

    /// <summary>The message; null in a list, only one that is shown alone has it.</summary>
    public DeadMessage? Message { get; init; }
}
