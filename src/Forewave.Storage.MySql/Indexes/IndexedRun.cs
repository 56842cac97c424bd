using Forewave.Protocol;

namespace Forewave.Storage.MySql.Indexes;

/// <summary>A record that has its offsets, and stands in the log or in memory.</summary>
/// <param name="First">Offset of its first message.</param>
/// <param name="Count">Messages.</param>
/// <param name="Position">Its log position.</param>
/// <param name="PayloadBytes">Bytes of its payload.</param>
/// <param name="Time">Its time.</param>
/// <param name="Location">Where memory has it; none after an opening.</param>
internal readonly record struct IndexedRun(long First, int Count, LogPosition Position, int PayloadBytes, Timestamp Time, RecordLocation Location)
{
    /// <summary>The offset after its last message.</summary>
    public long End => First + Count;
}
