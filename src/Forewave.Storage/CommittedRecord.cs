namespace Forewave.Storage;

/// <summary>A record that has just been committed.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Location">Where it is.</param>
/// <param name="PayloadBytes">Length of its payload.</param>
public readonly record struct CommittedRecord(RecordHeader Header, RecordLocation Location, int PayloadBytes);
