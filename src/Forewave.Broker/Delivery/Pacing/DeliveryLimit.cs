namespace Forewave.Broker.Delivery.Pacing;

/// <summary>How much of its messages a group may get, first deliveries and redeliveries together. Immutable.</summary>
internal readonly record struct DeliveryLimit
{
    /// <summary>The highest rate, in messages a second.</summary>
    public const double HighestRate = 1_000_000;

    /// <summary>The lowest rate but none.</summary>
    public const double LowestRate = 0.001;

    /// <summary>The greatest burst, and the most leases.</summary>
    public const int MostMessages = 1_000_000;

    private const double BurstSeconds = 0.1;

    /// <summary>Messages a second; 0: no limit.</summary>
    public double Rate { get; init; }

    /// <summary>Messages that may go out at once after a pause; 0: what the rate gives in a tenth of a second, 1 at least.</summary>
    public int Burst { get; init; }

    /// <summary>Messages that consumers may have at once; 0: no limit.</summary>
    public int MaxLeased { get; init; }

    /// <summary>The group gets what it takes.</summary>
    public bool IsNone => Rate == 0 && MaxLeased == 0;

    /// <summary>The burst in force.</summary>
    public double BurstInForce => Burst > 0 ? Burst : Math.Max(1, Math.Ceiling(Rate * BurstSeconds));

    /// <summary>Every figure is within its bounds.</summary>
    public bool IsValid => (Rate == 0 || Rate is >= LowestRate and <= HighestRate)
        && Burst is >= 0 and <= MostMessages && MaxLeased is >= 0 and <= MostMessages;
}
