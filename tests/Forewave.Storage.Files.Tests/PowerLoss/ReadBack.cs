// The test thread itself steps the loops, so it is the one that can wait: nothing else would finish the tasks.
#pragma warning disable VSTHRD002
using Forewave.Protocol;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>Reads a queue from its first retained offset to its end and compares every byte with what was published.</summary>
internal sealed class ReadBack(FilesStore store, SteppedPumps pumps)
{
    public void Check(uint queue, List<HistoryRecord> history)
    {
        QueueExtent extent = store.Extent(queue);
        Offset next = extent.FirstRetained;
        long first = 1;
        foreach (HistoryRecord record in history.Where(record => record.Draft.Queue == queue && record.Draft.Type == RecordType.Published))
        {
            long end = first + record.Draft.Count;
            if (end > next.Value)
            {
                next = CheckRun(queue, next, record, first);
            }

            first = end;
        }

        if (next != extent.End && next < extent.End)
        {
            throw new ViolationException(ViolationKind.BytesDiffer, $"queue {queue} ends at {extent.End}, {next} expected");
        }
    }

    private Offset CheckRun(uint queue, Offset next, HistoryRecord record, long first)
    {
        Task<StoredRuns>? reading = null;
        pumps.RunToEnd(() => reading = store.ReadAsync(queue, next, 1, CancellationToken.None).AsTask());
        using StoredRuns runs = (reading ?? throw new InvalidOperationException("not begun")).GetAwaiter().GetResult();
        StoredRun run = runs[0];
        int skipped = (int)(next.Value - first);
        ReadOnlySpan<byte> expected = record.Draft.Payload.Span[Forewave.Storage.Files.Segments.RunBuilder.BytesOf(record.Draft.Payload.Span, skipped)..];
        bool isEqual = run.First == next
            && run.Header.Position == record.First.Plus((ulong)skipped)
            && run.Count == record.Draft.Count - skipped
            && run.Messages.Span.SequenceEqual(expected);
        return isEqual
            ? next.Plus(run.Count)
            : throw new ViolationException(ViolationKind.BytesDiffer, $"queue {queue}, offset {next}: found {run.Header} damaged={run.Damaged}, expected {record.First}");
    }
}
