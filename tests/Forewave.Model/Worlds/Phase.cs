namespace Forewave.Model.Worlds;

/// <summary>Where a broker stands.</summary>
internal enum Phase : byte
{
    /// <summary>No process.</summary>
    Down,

    /// <summary>Runs, and neither serves nor follows.</summary>
    Idle,

    /// <summary>Has asked the record for its own partition, under a new epoch.</summary>
    Opening,

    /// <summary>The record is this broker's; the fence rows are not raised yet.</summary>
    Owner,

    /// <summary>Takes messages and answers.</summary>
    Master,

    /// <summary>Has asked to leave inSync, before its receiver starts.</summary>
    Leaving,

    /// <summary>Has left inSync; its rows are not compared with the master's yet.</summary>
    Joining,

    /// <summary>Follows; its receiver may run.</summary>
    Slave,

    /// <summary>Takes over: the receiver was stopped.</summary>
    Fenced,

    /// <summary>Takes over: all that was received is applied.</summary>
    Applied,

    /// <summary>Takes over: has asked the record.</summary>
    Taking,
}
