using Forewave.Protocol;

namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>A record that was appended.</summary>
internal sealed record HistoryRecord(LogPosition First, RecordDraft Draft)
{
    public LogPosition Last => First.Plus((ulong)Draft.Count - 1);
}
