namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>An operation on the dead letters of one group, and how far it is. Immutable.</summary>
internal sealed record DeadOperation
{
    /// <summary>Its number in the group, from 1 on.</summary>
    public required ulong Number { get; init; }

    /// <summary>What was asked for.</summary>
    public required DeadOperationTerms Terms { get; init; }

    /// <summary>How far it is.</summary>
    public DeadOperationState State { get; init; } = DeadOperationState.Running;

    /// <summary>It has dealt with everything up to this place, as the wire has it.</summary>
    public long After { get; init; }

    /// <summary>Dead letters that it looked at.</summary>
    public long Scanned { get; init; }

    /// <summary>Dead letters that it did something to.</summary>
    public long Messages { get; init; }

    /// <summary>Unix time in milliseconds when it ended; 0: it is running.</summary>
    public long Ended { get; init; }
}
