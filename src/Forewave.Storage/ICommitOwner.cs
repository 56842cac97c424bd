using Forewave.Protocol;

namespace Forewave.Storage;

/// <summary>
/// Somebody who waits for a record's commit. Called once for each owned record, groups in order, on the store's commit
/// thread: it must be short, must not block and must not throw.
/// </summary>
public interface ICommitOwner
{
    /// <summary>Everything up to and with the record is on stable storage.</summary>
    /// <param name="first">The record's first position (of a waiter without record: the position it waited for).</param>
    /// <param name="token">The draft's token.</param>
    void Committed(LogPosition first, long token);

    /// <summary>The store stopped before the record was known to be on stable storage: its outcome is unknown.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="token">The draft's token.</param>
    void Lost(StoreException failure, long token);
}
