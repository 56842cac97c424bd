using Forewave.Protocol;
using Forewave.Storage.Files.QueueIndex;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>A run whose record was written again at the log's end.</summary>
/// <param name="Queue">Its queue.</param>
/// <param name="Run">Its offsets and its new place.</param>
/// <param name="PayloadBytes">Length of the new record's payload.</param>
/// <param name="Original">Position that its first message was published at.</param>
internal readonly record struct CarriedRun(uint Queue, IndexEntry Run, int PayloadBytes, LogPosition Original)
{
    /// <summary>Its record was <see cref="RecordType.Released"/>.</summary>
    public bool IsReleased { get; init; }

    /// <summary>
    /// A <see cref="RecordType.CarriedOver"/> record: sequence is the run's first offset, extra its number of messages, the payload
    /// the header of the original and its payload.
    /// </summary>
    public static CarriedRun Of(in CommittedRecord record, in CarriedPlace original)
    {
        IndexEntry run = new(
            new Offset((long)record.Header.Sequence), (int)record.Header.Extra, record.Location, record.Header.Time);
        return new CarriedRun(record.Header.Queue, run, record.PayloadBytes, original.First) { IsReleased = original.IsReleased };
    }
}
