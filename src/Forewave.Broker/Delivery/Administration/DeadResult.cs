namespace Forewave.Broker.Delivery.Administration;

/// <summary>A message that an operation on dead letters touched.</summary>
internal readonly record struct DeadResult
{
    /// <summary>The place that it had in the dead letters, as the wire has it.</summary>
    public required long Place { get; init; }

    /// <summary>Its offset as the wire has it; in its band 0: not known.</summary>
    public required long Offset { get; init; }

    /// <summary>What has become of it.</summary>
    public DeadResultState State { get; init; }

    /// <summary>Where it is in the dead letters now: its place; else 0.</summary>
    public long Now { get; init; }
}
