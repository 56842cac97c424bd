namespace Forewave.Coordination;

/// <summary>What a broker says of itself while it is there: the content of its EPHEMERAL node.</summary>
public sealed record BrokerAnnouncement
{
    /// <summary>Its name within the group: 1 to 64 characters, the same after every start.</summary>
    public required string Broker { get; init; }

    /// <summary>Where clients and the other broker reach it, as <c>host:port</c>.</summary>
    public required string Address { get; init; }

    /// <summary>Where it says over HTTP how it does, as <c>host:port</c>; empty where it serves no HTTP.</summary>
    public string Http { get; init; } = "";

    /// <summary>The run of its database's receiver (see <see cref="InSyncBroker.Run"/>); empty where it receives nothing.</summary>
    public string Run { get; init; } = "";
}
