using Forewave.Protocol;

namespace Forewave.Storage.Commits;

/// <summary>Somebody waits for a record of the group.</summary>
/// <param name="Owner">Who.</param>
/// <param name="First">The record's position.</param>
/// <param name="Token">Given back to the owner.</param>
internal readonly record struct OwnedRecord(ICommitOwner Owner, LogPosition First, long Token);
