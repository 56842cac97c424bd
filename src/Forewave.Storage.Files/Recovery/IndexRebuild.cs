using System.Runtime.InteropServices;
using Forewave.Protocol;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Recovery;

/// <summary>
/// Makes the index files again, from the log, when they are missing. Every retained run is in the log, its offset is its rank:
/// counted back from the first run that the checkpoint itself has. Reads all segments; takes 48 bytes of memory for each run.
/// One thread, recovery's.
/// </summary>
internal sealed class IndexRebuild
{
    private readonly FilesStoreOptions _options;
    private readonly QueueIndexes _indexes;
    private readonly Dictionary<uint, List<FoundRun>> _found = [];
    private readonly List<DamagedRange> _damaged = [];

    public IndexRebuild(FilesStoreOptions options, QueueIndexes indexes)
    {
        _options = options;
        _indexes = indexes;
    }

    /// <exception cref="StoreException">Headers of the log rotted: the ranks before them cannot be known.</exception>
    public void Run(Manifest manifest)
    {
        List<IndexGap> gaps = _indexes.BeginRebuild();
        gaps.ForEach(gap => _found[gap.Queue] = []);
        if (gaps.Count > 0)
        {
            Scan(manifest);
        }

        if (_damaged.Count > 0)
        {
            throw new StoreException(
                ErrorCode.LogDamaged,
                $"The index folder is missing and cannot be rebuilt: records of the log from position {_damaged[0].First} to {_damaged[0].Last} are damaged. Restore the folder \"index\" as it was, or the data folder from a backup.");
        }

        foreach (IndexGap gap in gaps)
        {
            List<IndexEntry> runs = Place(gap, RunsBefore(gap, _found[gap.Queue]));
            _indexes.Rebuild(gap.Queue, CollectionsMarshal.AsSpan(runs));
        }
    }

    private void Scan(Manifest manifest)
    {
        using NativeBuffer buffer = new(_options.SegmentBytes);
        for (int i = 0; i < manifest.Segments.Length; i++)
        {
            SegmentEntry entry = manifest.Segments[i];
            SegmentEntry? next = i + 1 < manifest.Segments.Length ? manifest.Segments[i + 1] : null;
            TailSegment segment = new(entry.Number, entry.File, entry.Generation, entry.From) { End = TailSegment.EndOf(manifest, entry) };
            segment.Load(_options.Disk, buffer.Span);
            TailScan scan = new(_options.Disk, [segment], _options.SegmentBytes, new FoldUnit(Add), _damaged.Add) { Expected = entry.FirstPosition };
            scan.Scan(0, buffer.Span, new SparsePositions());
            CheckEnd(scan, entry, next);
        }
    }

    // Nothing behind the last records of a segment tells that they were there, but for the segment after it.
    private void CheckEnd(TailScan scan, SegmentEntry entry, SegmentEntry? next)
    {
        bool follows = next is { } one && one.FirstPosition != LogPosition.None && one.Number.Value <= entry.Number.Value + 1;
        if (follows && scan.Expected != LogPosition.None && next!.Value.FirstPosition.Number > scan.Expected.Number)
        {
            _damaged.Add(new DamagedRange(scan.Expected, LogPosition.FromBits(next.Value.FirstPosition.Bits - 1)));
        }
    }

    private void Add(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        // A publish whose payload rotted was reported, but has its place.
        RecordHeader header = record.Header;
        _damaged.RemoveAll(range => range.First == header.Position);
        if (!_found.TryGetValue(header.Queue, out List<FoundRun>? runs))
        {
            return;
        }

        if (header.Type == RecordType.CarriedOver)
        {
            RecordHeader original = RecordCodec.ReadFields(payload).Header;
            runs.Add(new FoundRun(original.Position, (int)header.Extra, record.Location, original.Time, (long)header.Sequence));
        }
        else if (header.Type.IsDispatched())
        {
            runs.Add(new FoundRun(header.Position, header.Count, record.Location, header.Time, 0));
        }
    }

    // Of several copies the oldest counts: it is committed for certain, and carried over again if its segment has to go.
    private static List<FoundRun> RunsBefore(IndexGap gap, List<FoundRun> runs)
    {
        int tail = runs.FindIndex(run => run.Location == gap.Tail.Location);
        if (tail < 0)
        {
            throw new StoreException(
                ErrorCode.LogDamaged,
                $"The index folder is missing and cannot be rebuilt: the record of offset {gap.Tail.First.Value} of queue {gap.Queue} is not in the log. Restore the folder \"index\" as it was, or the data folder from a backup.");
        }

        LogPosition end = runs[tail].Position;
        return [.. runs.Where(run => run.Position < end).GroupBy(run => run.Position).Select(copies => copies.MinBy(copy => copy.Location.Bits)).OrderBy(run => run.Position)];
    }

    private static List<IndexEntry> Place(in IndexGap gap, List<FoundRun> runs)
    {
        List<IndexEntry> placed = [];
        Offset end = gap.Tail.First;
        for (int i = runs.Count - 1; i >= 0 && end > gap.FirstRetained; i--)
        {
            FoundRun run = runs[i];
            Offset first = new(run.First > 0 ? run.First : end.Value - run.Count);
            IndexEntry entry = new(first, run.Count, run.Location, run.Time);
            if (entry.End < end.Value)
            {
                placed.Add(Lost(entry.End, end, run.Time));
            }

            placed.Add(entry);
            end = first;
        }

        if (end > gap.FirstRetained)
        {
            placed.Add(Lost(gap.FirstRetained.Value, end, gap.Tail.Time));
        }

        placed.Reverse();
        return placed;
    }

    // No segment has the number 0: who reads these offsets hears that they are damaged.
    private static IndexEntry Lost(long first, Offset end, Timestamp time) => new(new Offset(first), (int)(end.Value - first), default, time);
}
