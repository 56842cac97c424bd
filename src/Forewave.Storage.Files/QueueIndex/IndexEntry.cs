using Forewave.Protocol;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>A run of a queue: consecutive offsets that lie in one record.</summary>
/// <param name="First">Offset of its first message.</param>
/// <param name="Count">Messages in it.</param>
/// <param name="Location">Where the record is.</param>
/// <param name="Time">When the record was appended.</param>
internal readonly record struct IndexEntry(Offset First, int Count, RecordLocation Location, Timestamp Time)
{
    /// <summary>The offset after the last message.</summary>
    public long End => First.Value + Count;
}
