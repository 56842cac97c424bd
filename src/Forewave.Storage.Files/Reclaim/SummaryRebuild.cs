using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>
/// Sums a segment up again from its records, when the file with its summary is gone or rotted. Runs on a reader thread; reads
/// the whole segment and takes its size of memory meanwhile, and two searches in the index for each queue in it.
/// <para>
/// Records do not say their offsets: a queue's share is what the index has between the times of its first and last record, so
/// it may be a little more than what is in the segment, never less.
/// </para>
/// </summary>
internal sealed class SummaryRebuild
{
    private readonly FilesStoreOptions _options;
    private readonly RecoveryParts _parts;

    public SummaryRebuild(FilesStoreOptions options, RecoveryParts parts)
    {
        _options = options;
        _parts = parts;
    }

    /// <summary>The summary; null when the segment or the index cannot be read: nothing is known of it then.</summary>
    public SegmentSummary? Read(SegmentNumber number)
    {
        try
        {
            SegmentSummary summary = new();
            Dictionary<uint, TimedShare> published = [];
            Manifest manifest = _parts.Manifests.Current;
            foreach (SegmentEntry entry in manifest.Segments.Where(entry => entry.Number == number))
            {
                Scan(new TailSegment(number, entry.File, entry.Generation, entry.From) { End = TailSegment.EndOf(manifest, entry) }, summary, published);
            }

            foreach ((uint queue, TimedShare share) in published)
            {
                AddPublished(summary, queue, share);
            }

            return summary;
        }
        catch (DiskException gone) when (gone.Kind == DiskErrorKind.NotFound)
        {
            return null;
        }
        catch (StoreException damaged) when (damaged.Error == ErrorCode.StoreUnavailable)
        {
            return null;
        }
    }

    // What rotted is passed over: the index still finds it here, and whoever reads it hears so.
    private void Scan(in TailSegment segment, SegmentSummary summary, Dictionary<uint, TimedShare> published)
    {
        using NativeBuffer buffer = new(_options.SegmentBytes);
        segment.Load(_options.Disk, buffer.Span);
        // Between two of the writer's blocks lie records that it wrote before: they are told by their positions.
        LogPosition next = LogPosition.None;
        int at = segment.From;
        while (at + RecordCodec.HeaderBytes <= segment.End)
        {
            ReadOnlySpan<byte> record = buffer.Span[at..segment.End];
            if (!RecordCodec.TryRead(record, segment.Generation, out StoredHeader stored) || stored.RecordBytes > record.Length || stored.Header.Position < next)
            {
                at += SegmentLayout.Alignment;
                continue;
            }

            next = LogPosition.FromBits(stored.Header.Position.Bits + (uint)stored.Header.Count);
            CommittedRecord found = new(stored.Header, new LogPlace(segment.Number, at).Location, stored.PayloadBytes);
            if (stored.Header.Type == RecordType.CarriedOver)
            {
                summary.Add(CarriedRun.Of(found, CarriedPlace.Of(RecordCodec.ReadFields(record[RecordCodec.HeaderBytes..]).Header)));
            }
            else
            {
                Note(found, published);
                if (stored.Header.Type == RecordType.Released)
                {
                    summary.Add(CarriedPlace.Of(stored.Header, at));
                }
            }

            summary.Positions.Note(at, stored.Header.Position);
            at += stored.RecordBytes;
        }
    }

    private static void Note(in CommittedRecord record, Dictionary<uint, TimedShare> published)
    {
        RecordHeader header = record.Header;
        if (header.Type.IsDispatched())
        {
            TimedShare share = published.TryGetValue(header.Queue, out TimedShare known) ? known : new TimedShare(header.Time, header.Time, 0);
            published[header.Queue] = share with { Last = header.Time, Bytes = share.Bytes + record.PayloadBytes };
        }
    }

    private void AddPublished(SegmentSummary summary, uint queue, TimedShare share)
    {
        Offset first = _parts.Indexes.FindByTime(queue, share.First);
        Offset end = _parts.Indexes.FindByTime(queue, share.Last.Plus(TimeSpan.FromMilliseconds(1)));
        if (first < end)
        {
            summary.Add(new QueueShare { Queue = queue, First = first.Value, End = end.Value, Bytes = share.Bytes });
        }
    }

    private readonly record struct TimedShare(Timestamp First, Timestamp Last, long Bytes);
}
