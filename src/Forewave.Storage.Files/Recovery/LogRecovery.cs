using System.Collections.Immutable;
using System.Diagnostics;
using Forewave.Protocol;
using Forewave.Storage.Files.Checkpoints;
using Forewave.Storage.Files.GroupCommit;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Reclaim;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Recovery;

/// <summary>
/// Brings the log and the engine's state back: checkpoint, then the tail, which is written again and synced before a barrier
/// under the new epoch says that it counts.
/// <para>
/// One thread, once. Nothing that MANIFEST names is touched before the new MANIFEST is durable, so a crash or a throw at any
/// line starts over from the same bytes.
/// </para>
/// </summary>
internal sealed class LogRecovery
{
    private readonly FilesStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ManifestStore _manifests;
    private readonly SegmentTable _segments;
    private readonly SpareSegments _spares;
    private readonly QueueIndexes _indexes;
    private readonly SummaryFiles _summaries;
    private readonly RecoveryTarget _target;
    private ulong _damagedPositions;
    private long _bytes;

    public LogRecovery(FilesStoreOptions options, TimeProvider time, RecoveryParts parts, RecoveryTarget target)
    {
        _options = options;
        _time = time;
        _manifests = parts.Manifests;
        _segments = parts.Segments;
        _spares = parts.Spares;
        _indexes = parts.Indexes;
        _summaries = parts.Summaries;
        _target = target;
    }

    /// <exception cref="StoreException">What is on disk cannot be used.</exception>
    /// <exception cref="Disk.DiskException">The disk failed.</exception>
    public RecoveredLog Run(StoreFolder folder, CancellationToken cancellation)
    {
        long begin = _time.GetTimestamp();
        Manifest manifest = folder.Open(_manifests);
        folder.CollectSpares(manifest, _spares);
        CheckpointChoice choice = CheckpointChoice.Of(_options.Disk, manifest);
        manifest = choice.Manifest;
        LoadCheckpoint(manifest);

        List<TailSegment> tail = TailSegment.Of(manifest);
        using TailRewriter rewriter = new(_options, _spares, manifest.NextGeneration);
        FoldUnit unit = new(_target.Apply);
        TailScan scan = new(_options.Disk, tail, _options.SegmentBytes, unit, NoteDamage) { Expected = FirstOf(manifest) };
        Rewrite(tail, scan, unit, rewriter, cancellation);

        Segment active = WriteBarrier(manifest, scan, rewriter);
        Publish(manifest, tail, rewriter, active);
        if (choice.Damage is not null)
        {
            folder.DeleteCheckpoint(manifest.Checkpoint + 1);
        }

        RecoveryReport report = new(scan.Records, new ByteCount(_bytes), new PositionCount(_damagedPositions), _time.GetElapsedTime(begin))
        {
            DamagedCheckpoint = choice.Damage,
        };
        return new RecoveredLog(new GatherStart(active, active.End, active.Last, BarrierTime(scan)), manifest.Epoch, report);
    }

    // Before the first checkpoint replay begins at the log's first record.
    private static LogPosition FirstOf(Manifest manifest) => manifest.ReplayPosition == LogPosition.None && manifest.Segments.Length > 0
        ? manifest.Segments[0].FirstPosition
        : manifest.ReplayPosition;

    private void LoadCheckpoint(Manifest manifest)
    {
        if (manifest.Checkpoint != 0)
        {
            CheckpointReader.Read(_options.Disk, StoreFolder.CheckpointPath(manifest.Checkpoint), LoadPart);
        }

        if (_indexes.IsMissing)
        {
            new IndexRebuild(_options, _indexes).Run(manifest);
        }
        else
        {
            _indexes.Open();
        }

        _target.Loaded();
    }

    private void LoadPart(in StatePart part, ReadOnlySpan<byte> state)
    {
        if (part.Kind == StateKind.StoreIndex)
        {
            _indexes.Load(part.Id, state);
        }
        else if (part.Kind != StateKind.StoreReplay)
        {
            _target.Load(part, state);
        }
    }

    private void Rewrite(List<TailSegment> tail, TailScan scan, FoldUnit unit, TailRewriter rewriter, CancellationToken cancellation)
    {
        if (tail.Count == 0)
        {
            return;
        }

        using NativeBuffer buffer = new(_options.SegmentBytes);
        for (int i = 0; i < tail.Count && !scan.IsEnd; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            tail[i].Load(_options.Disk, buffer.Span);
            SparsePositions positions = new();
            LogPosition first = scan.Expected;
            int end = scan.Scan(i, buffer.Span, positions);
            if (end > tail[i].From)
            {
                Segment segment = rewriter.Write(tail[i], buffer.Span, end);
                segment.Positions.CopyFrom(positions);
                segment.First = positions.First ?? first;
                segment.Last = scan.Last;
                _bytes += end - tail[i].From;
            }
        }

        DropUnfinished(scan, unit, rewriter);
        rewriter.SyncNames();
    }

    private static void DropUnfinished(TailScan scan, FoldUnit unit, TailRewriter rewriter)
    {
        if (unit.Start is { } start)
        {
            rewriter.CutAt(start);
            scan.Expected = unit.StartPosition;
            unit.Drop();
        }
    }

    private Segment WriteBarrier(Manifest manifest, TailScan scan, TailRewriter rewriter)
    {
        LogPosition last = scan.Last;
        RecordHeader barrier = new()
        {
            Type = RecordType.Barrier,
            Position = new LogPosition(manifest.Epoch, scan.Expected == LogPosition.None ? 1 : scan.Expected.Number),
            Count = 1,
            Time = BarrierTime(scan),
            Sequence = last.Bits,
        };
        Segment active = rewriter.WriteBarrier(manifest.NextSegment, barrier);
        rewriter.SyncNames();
        return active;
    }

    private Timestamp BarrierTime(TailScan scan)
    {
        Timestamp now = Timestamp.From(_time.GetUtcNow());
        return now.CompareTo(scan.LastTime) > 0 ? now : scan.LastTime;
    }

    private void Publish(Manifest manifest, List<TailSegment> tail, TailRewriter rewriter, Segment active)
    {
        HashSet<SegmentFileId> replaced = [.. tail.Select(segment => segment.File)];
        TailSegment? first = tail.Count > 0 ? tail[0] : null;
        List<SegmentEntry> kept = manifest.Segments
            .Where(entry => !replaced.Contains(entry.File) || (first is { } start && entry.File == start.File && entry.From < start.From))
            .ToList();
        IEnumerable<SegmentEntry> rewritten = rewriter.Written.Append(active).Select(segment => new SegmentEntry(
            segment.Number, segment.Parts[0].File, segment.Generation, segment.Parts[0].From, segment.First));
        Manifest published = manifest with
        {
            NextGeneration = rewriter.NextGeneration,
            NextSegment = manifest.NextSegment.Next,
            Segments = [.. kept, .. rewritten],
        };
        _manifests.Write(published);
        foreach (SegmentFileId file in replaced.Except(published.Segments.Select(entry => entry.File)))
        {
            _spares.Return(file);
        }

        _summaries.Open(published.Segments.Select(entry => entry.Number).ToHashSet());
        FillTable(published, rewriter, active);
    }

    private void FillTable(Manifest manifest, TailRewriter rewriter, Segment active)
    {
        foreach (IGrouping<SegmentNumber, SegmentEntry> entries in manifest.Segments.Where(entry => entry.Number != active.Number).GroupBy(entry => entry.Number))
        {
            // More than one when the tail begins before what an earlier opening wrote again.
            Segment[] written = [.. rewriter.Written.Where(segment => segment.Number == entries.Key)];
            SegmentPart[] parts = [.. entries.Select(entry => PartOf(entry, written))];
            Segment segment = new(entries.Key, parts)
            {
                First = entries.First().FirstPosition,
                IsSealed = true,
                Summary = SummaryOf(entries.Key, manifest),
            };
            if (written.Length > 0 && segment.Summary is { } summed)
            {
                segment.Positions.CopyBefore(summed.Positions, written[0].Parts[0].From);
            }

            foreach (Segment part in written)
            {
                segment.Positions.CopyFrom(part.Positions);
                segment.Last = part.Last;
                segment.End = part.End;
            }

            _segments.Add(segment);
        }

        _segments.Add(active);
        rewriter.Release();
    }

    // Of what is replayed: from the checkpoint and the replay. What is older has a file.
    private SegmentSummary? SummaryOf(SegmentNumber number, Manifest manifest) =>
        number.CompareTo(manifest.ReplayFrom.Segment) >= 0 ? _target.Summaries.Of(number) : _target.Summaries.TryGet(number);

    private static SegmentPart PartOf(SegmentEntry entry, Segment[] written) =>
        Array.Find(written, segment => segment.Parts[0].File == entry.File)?.Parts[0] ?? new SegmentPart(entry.File, entry.Generation, entry.From);

    private void NoteDamage(DamagedRange range)
    {
        _damagedPositions += range.Count;
        _target.Damaged(range);
    }
}
