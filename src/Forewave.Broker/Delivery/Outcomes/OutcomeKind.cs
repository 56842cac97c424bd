namespace Forewave.Broker.Delivery.Outcomes;

/// <summary>What somebody waits for. The numbers are those of the wire.</summary>
internal enum OutcomeKind
{
    /// <summary>Nothing: the state at the moment is wanted.</summary>
    Stored = 1,

    /// <summary>It was handed out at least once, or nothing more comes of it.</summary>
    Delivered = 2,

    /// <summary>Nothing more comes of it: settled, dead, filtered or expired.</summary>
    Final = 3,
}
