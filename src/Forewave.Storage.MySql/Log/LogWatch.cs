namespace Forewave.Storage.MySql.Log;

/// <summary>Who sees what the log's writer does.</summary>
/// <param name="Counters">For metrics.</param>
/// <param name="Told">Told when the database goes away and comes back.</param>
/// <param name="Proofs">Where committed groups wait to be proven; null where COMMIT's OK is the answer.</param>
internal sealed record LogWatch(LogCounters Counters, Action<string> Told, CommitProofs? Proofs = null);
