namespace Forewave.Protocol;

/// <summary>How safely a message was stored when its publish was answered. The numbers are those of the wire.</summary>
public enum Durability
{
    /// <summary>Not told; no receipt says this.</summary>
    Unspecified = 0,

    /// <summary>In the broker's memory: it dies with the process. Only queues set to relaxed answer so.</summary>
    Memory = 1,

    /// <summary>Synced to the broker's disk: it survives the process and the power, not the disk.</summary>
    Synced = 2,

    /// <summary>Synced on the master's disk, in a broker group without a slave in sync.</summary>
    MasterSynced = 3,

    /// <summary>Synced on the master's disk and received by the slave.</summary>
    SlaveReceived = 4,
}
