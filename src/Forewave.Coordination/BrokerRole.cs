namespace Forewave.Coordination;

/// <summary>What a broker announces itself as.</summary>
public enum BrokerRole
{
    /// <summary>It serves the partition.</summary>
    Master,

    /// <summary>Its database follows the master's.</summary>
    Slave,

    /// <summary>It is there, and neither serves nor follows. Several brokers may announce that at the same time; nobody decides by it.</summary>
    Waiting,
}
