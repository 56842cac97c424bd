namespace Forewave.Broker.Deduplication;

/// <summary>What became of the claims of a batch.</summary>
internal enum ClaimOutcome
{
    /// <summary>Each is decided: new, or a repeat.</summary>
    Decided,

    /// <summary>A slice has to be asked that was not there before: look up, then again.</summary>
    LookUp,

    /// <summary>The table is full and the one before it is still being written: wait, then again.</summary>
    Wait,

    /// <summary>The table is full and has claims of batches before: append those, then again.</summary>
    AppendFirst,

    /// <summary>A message of another transaction, which is not decided, has the id: nothing is decided.</summary>
    Held,

    /// <summary>As many ids are held as may be.</summary>
    Full,

    /// <summary>There is no room on the disk for what memory has.</summary>
    DiskFull,

    /// <summary>The partition stopped.</summary>
    Stopped,
}
