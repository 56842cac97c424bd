namespace Forewave.Broker.Delivery.Administration;

/// <summary>Sums of groups that have no figures of their own.</summary>
internal readonly record struct GroupSums
{
    /// <summary>How many groups.</summary>
    public long Groups { get; init; }

    /// <summary>Messages that they have not done.</summary>
    public long Lag { get; init; }

    /// <summary>Messages that consumers have.</summary>
    public long Leased { get; init; }

    /// <summary>Dead letters.</summary>
    public long Dead { get; init; }

    /// <summary>The sum.</summary>
    public static GroupSums operator +(GroupSums one, GroupSums other) => new()
    {
        Groups = one.Groups + other.Groups, Lag = one.Lag + other.Lag, Leased = one.Leased + other.Leased, Dead = one.Dead + other.Dead,
    };
}
