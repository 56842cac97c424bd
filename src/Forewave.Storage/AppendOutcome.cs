namespace Forewave.Storage;

/// <summary>What became of an append.</summary>
public enum AppendOutcome
{
    /// <summary>All records have their positions and will be in the next group.</summary>
    Appended,

    /// <summary>The gather buffers are full: nothing was appended; wait with <see cref="IStore.WaitForRoomAsync"/>.</summary>
    NoRoom,

    /// <summary>The disk is full and a record may not use the reserve: nothing was appended.</summary>
    DiskFull,

    /// <summary>The store has stopped: nothing was appended and nothing ever will be.</summary>
    Stopped,

    /// <summary>The database does not answer: what clients bring is refused until it does again; nothing was appended.</summary>
    Unreachable,
}
