namespace Forewave.Broker.Delivery.Administration;

/// <summary>A queue as delivery sees it, at one moment.</summary>
internal sealed record QueueDeliveryDetails
{
    /// <summary>The oldest offset that is still there.</summary>
    public required long FirstOffset { get; init; }

    /// <summary>The offset that the next message gets.</summary>
    public required long NextOffset { get; init; }

    /// <summary>Messages that are there, of all priorities.</summary>
    public required long Messages { get; init; }

    /// <summary>Of these, by priority, the highest first.</summary>
    public required IReadOnlyList<PriorityCount> Priorities { get; init; }

    /// <summary>How many groups it has.</summary>
    public required int Groups { get; init; }

    /// <summary>Unix time in milliseconds of the newest message; 0 where there was none.</summary>
    public required long LastPublishTime { get; init; }
}
