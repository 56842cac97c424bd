using Forewave.Protocol;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// Says whether a commit is everywhere where the broker group's record demands it: before that nobody is answered, and nothing is
/// dispatched, of it. A store without one answers at COMMIT's OK.
/// </summary>
internal interface ICommitProof
{
    /// <summary>What the last proof was worth. Any thread.</summary>
    Durability Reached { get; }

    /// <summary>Told of each commit that is proven how long that took from its end on. Any thread; short.</summary>
    void Note(TimeSpan sinceCommit);

    /// <summary>
    /// Waits until a commit, and with it all that was committed before it, is proven. False: not yet. Blocks; for one thread.
    /// </summary>
    /// <exception cref="StoreException">It never will be: this broker is not the master any more.</exception>
    bool TryAwait(Gtid commit, TimeSpan longest);
}
