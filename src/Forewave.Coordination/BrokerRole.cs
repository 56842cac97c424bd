namespace Forewave.Coordination;

/// <summary>What a broker announces itself as.</summary>
public enum BrokerRole
{
    /// <summary>It serves the partition.</summary>
    Master,

    /// <summary>Its database follows the master's.</summary>
    Slave,
}
