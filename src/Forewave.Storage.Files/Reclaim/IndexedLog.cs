using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>Keeps index and segment summaries together: what lies where, and what of it counts. Thread-safe.</summary>
internal sealed class IndexedLog
{
    private readonly QueueIndexes _indexes;
    private readonly SegmentTable _segments;

    public IndexedLog(QueueIndexes indexes, SegmentTable segments)
    {
        _indexes = indexes;
        _segments = segments;
    }

    /// <summary>Gives a run its place. In recovery the table is empty yet: <paramref name="summaries"/> takes the summary then.</summary>
    public void Dispatch(uint queue, in IndexEntry run, in CommittedRecord record, RecoveredSummaries? summaries)
    {
        LogPlace place = new(run.Location);
        _indexes.Append(queue, run, record.PayloadBytes);
        SegmentSummary? summary = SummaryOf(place.Segment, summaries);
        summary?.Add(queue, run, record.PayloadBytes);
        if (record.Header.Type == RecordType.Released)
        {
            summary?.Add(CarriedPlace.Of(record.Header, place.Byte));
        }
    }

    /// <summary>Gives runs their places, as one after the other; neighbours of a segment go into its summary together.</summary>
    public void Dispatch(ReadOnlySpan<CommittedRecord> records, ReadOnlySpan<IndexPlace> places, RecoveredSummaries? summaries)
    {
        _indexes.Append(records, places);
        while (!records.IsEmpty)
        {
            SegmentNumber segment = new LogPlace(records[0].Location).Segment;
            int count = 1;
            while (count < records.Length && new LogPlace(records[count].Location).Segment == segment)
            {
                count++;
            }

            SummaryOf(segment, summaries)?.Add(records[..count], places[..count]);
            records = records[count..];
            places = places[count..];
        }
    }

    /// <summary>Records of one queue's runs stand elsewhere now; in offset order. May read the index from disk.</summary>
    public void Relocate(ReadOnlySpan<CarriedRun> carried, RecoveredSummaries? summaries)
    {
        Relocation[] moves = new Relocation[carried.Length];
        for (int i = 0; i < moves.Length; i++)
        {
            moves[i] = new Relocation(carried[i].Run.First, carried[i].Run.Location);
            SummaryOf(new LogPlace(carried[i].Run.Location).Segment, summaries)?.Add(carried[i]);
        }

        _indexes.Relocate(carried[0].Queue, moves);
    }

    /// <summary>Records that are replayed are lost.</summary>
    public void NoteHole() => _indexes.NoteHole();

    private SegmentSummary? SummaryOf(SegmentNumber number, RecoveredSummaries? summaries) =>
        summaries is not null ? summaries.Of(number) : _segments.Find(number)?.Summary;
}
