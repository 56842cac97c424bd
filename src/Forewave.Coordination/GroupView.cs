namespace Forewave.Coordination;

/// <summary>What is known of a broker group at one moment. Its three parts were read one after the other.</summary>
public sealed record GroupView
{
    /// <summary>The record; null before the group's first broker made it.</summary>
    public required VersionedGroup? Group { get; init; }

    /// <summary>Who announces itself as master; null where nobody does.</summary>
    public required BrokerAnnouncement? Master { get; init; }

    /// <summary>Who announces itself as slave; null where nobody does.</summary>
    public required BrokerAnnouncement? Slave { get; init; }
}
