using Forewave.Protocol;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>A run as the log has it, its offset not known yet but for one that was carried over.</summary>
/// <param name="Position">Its original position.</param>
/// <param name="Count">Messages in it.</param>
/// <param name="Location">Where its record is.</param>
/// <param name="Time">When it was published.</param>
/// <param name="First">Its first offset; 0 where the record does not say.</param>
internal readonly record struct FoundRun(LogPosition Position, int Count, RecordLocation Location, Timestamp Time, long First);
