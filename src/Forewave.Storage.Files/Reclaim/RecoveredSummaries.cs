using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>Summaries of the tail's segments while they are recovered. One thread, recovery's.</summary>
internal sealed class RecoveredSummaries
{
    private readonly Dictionary<SegmentNumber, SegmentSummary> _summaries = [];

    /// <summary>Takes a checkpoint's part.</summary>
    public void Load(uint number, ReadOnlySpan<byte> state) => _summaries[new SegmentNumber(number)] = SegmentSummary.Decode(state);

    /// <summary>The summary of a segment, empty at first.</summary>
    public SegmentSummary Of(SegmentNumber number)
    {
        if (!_summaries.TryGetValue(number, out SegmentSummary? summary))
        {
            summary = new SegmentSummary();
            _summaries[number] = summary;
        }

        return summary;
    }

    /// <summary>Whether something is known of a segment; null: its file has it.</summary>
    public SegmentSummary? TryGet(SegmentNumber number) => _summaries.GetValueOrDefault(number);
}
