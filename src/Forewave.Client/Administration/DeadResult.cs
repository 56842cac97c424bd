using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A message that an operation on dead letters touched, and what has become of it. Immutable.</summary>
public sealed record DeadResult
{
    /// <summary>The place that it had in the dead letters.</summary>
    public required DeadPlace Place { get; init; }

    /// <summary>Its offset; null: not known, as the operation touched so many at once.</summary>
    public Offset? Offset { get; init; }

    /// <summary>What has become of it.</summary>
    public required DeadResultState State { get; init; }

    /// <summary>Where it is a dead letter now: its place; else null.</summary>
    public DeadPlace? DeadAt { get; init; }
}
