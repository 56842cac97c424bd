using System.Runtime.InteropServices;

namespace Forewave.Model.Worlds;

/// <summary>One broker's own state: what it knows of the record, of the other database and of the set that it waits for.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct Broker
{
    public Phase Phase;
    public bool IsFrozen;

    /// <summary>Its session with ZooKeeper lives, so its EPHEMERAL node is there.</summary>
    public bool HasSession;

    /// <summary>The epoch that it serves under.</summary>
    public byte Epoch;

    /// <summary>It answers only what the other database has received.</summary>
    public bool NeedsSlave;

    /// <summary>The record as it was last read or set.</summary>
    public GroupRecord View;

    /// <summary>So many of its database's rows were received by the other one, as that one said.</summary>
    public byte Proved;

    /// <summary>The run of its database in which it fenced.</summary>
    public byte FencedRun;

    /// <summary>The length of the log with the group that COMMIT was called for; 0: none is open.</summary>
    public byte Group;

    /// <summary>COMMIT of the group has returned OK.</summary>
    public bool IsCommitted;

    /// <summary>The counter of commits without an acknowledgement rose.</summary>
    public bool IsCounted;

    public SetRequest Set;

    /// <summary>A set of a process that is no more, or of a session that was given up.</summary>
    public SetRequest Orphan;

    public readonly bool Works => Phase != Phase.Down && !IsFrozen;
}
