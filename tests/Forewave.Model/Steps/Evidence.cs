namespace Forewave.Model.Steps;

/// <summary>What a master takes for the proof that the slave has a group.</summary>
internal enum Evidence : byte
{
    /// <summary>What the registered slave's database says that it received. As specified.</summary>
    ReceivedPosition,

    /// <summary>COMMIT's OK and the server's counters; the received position only where a counter rose.</summary>
    Counters,

    /// <summary>COMMIT's OK.</summary>
    Commit,

    /// <summary>The fence row of the master's own database.</summary>
    OwnFence,
}
