using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Reclaim;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.ColdReads;

/// <summary>
/// Finds the message of a log position, for a reader thread: the segment by its first position, the place in it from the
/// positions that are noted every 64 KiB, then header by header. What was carried over is found by the summaries of the
/// segments that have carried runs around the position. Thread-safe, without state.
/// </summary>
internal sealed class PositionReader
{
    private readonly SegmentTable _segments;
    private readonly SummaryFiles _summaries;
    private readonly int _segmentBytes;

    public PositionReader(SegmentTable segments, SummaryFiles summaries, int segmentBytes)
    {
        _segments = segments;
        _summaries = summaries;
        _segmentBytes = segmentBytes;
    }

    /// <summary>
    /// See <see cref="IStore.ReadMessageAsync"/>. Costs the summary of the segment (12 KiB and 32 bytes a queue) and up to 64 KiB
    /// of headers; of a carried message the summaries of the segments that have carried runs around it, with 16 bytes a run. The
    /// first search after an opening looks once into every segment's summary.
    /// </summary>
    public StoredRuns? Read(LogPosition position)
    {
        if (_segments.Find(position) is { } home && ReadIn(home, position) is { } found)
        {
            return found;
        }

        Segment[] segments = _segments.Snapshot();
        for (int i = segments.Length - 1; i >= 0; i--)
        {
            if (TryFindCarried(segments[i], position, out int recordByte) && ReadCarried(new LogPlace(segments[i].Number, recordByte), position) is { } carried)
            {
                return carried;
            }
        }

        return null;
    }

    private StoredRuns? ReadIn(Segment segment, LogPosition position)
    {
        int at = Near(segment, position);
        byte[] header = new byte[RecordCodec.HeaderBytes];
        while (at + RecordCodec.HeaderBytes <= _segmentBytes && _segments.TryRead(new LogPlace(segment.Number, at), out SegmentReader reader))
        {
            using (reader)
            {
                bool isRecord = TryFill(reader, at, header) && RecordCodec.TryRead(header, reader.Generation, out _);
                if (!isRecord && SegmentLayout.UpToPage(at) > at)
                {
                    at = SegmentLayout.UpToPage(at);
                    continue;
                }

                if (!isRecord)
                {
                    return null;
                }

                StoredHeader stored = RecordCodec.ReadFields(header);
                if (stored.Header.Position > position)
                {
                    return null;
                }

                if (position.Bits - stored.Header.Position.Bits < (uint)stored.Header.Count)
                {
                    return stored.Header.Type is RecordType.Published or RecordType.Scheduled ? ReadRecord(reader, at, stored, position) : null;
                }

                at += stored.RecordBytes;
            }
        }

        return null;
    }

    // Memory knows the positions since the opening, a segment's summary the older ones.
    private int Near(Segment segment, LogPosition position)
    {
        if (segment.Positions.TryFind(position, out int near, out _))
        {
            return near;
        }

        bool isNoted = (segment.Summary ?? _summaries.Read(segment.Number)) is { } summary && summary.Positions.TryFind(position, out near, out _);
        return isNoted ? near : SegmentLayout.HeaderBytes;
    }

    private bool TryFindCarried(Segment segment, LogPosition position, out int recordByte)
    {
        recordByte = 0;
        if (segment.Summary is { } running)
        {
            return running.TryFindCarried(position, out recordByte);
        }

        if (segment.Carried is { } range && !range.Holds(position))
        {
            return false;
        }

        if (_summaries.Read(segment.Number) is not { } summary)
        {
            return false;
        }

        segment.Carried = summary.Carried;
        return summary.TryFindCarried(position, out recordByte);
    }

    private StoredRuns? ReadCarried(LogPlace place, LogPosition position)
    {
        byte[] header = new byte[RecordCodec.HeaderBytes];
        if (!_segments.TryRead(place, out SegmentReader reader))
        {
            return null;
        }

        using (reader)
        {
            bool isCarried = TryFill(reader, place.Byte, header)
                && RecordCodec.TryRead(header, reader.Generation, out StoredHeader stored)
                && stored.Header.Type == RecordType.CarriedOver;
            return isCarried ? ReadRecord(reader, place.Byte, RecordCodec.ReadFields(header), position) : null;
        }
    }

    // False: the file ends before, or the disk cannot read it.
    private static bool TryFill(in SegmentReader reader, int at, byte[] bytes)
    {
        try
        {
            return reader.File.Read(at, bytes) == bytes.Length;
        }
        catch (DiskException failure) when (failure.Errno == Errno.InputOutput)
        {
            return false;
        }
    }

    private static StoredRuns? ReadRecord(in SegmentReader reader, int at, in StoredHeader stored, LogPosition position)
    {
        byte[] payload = new byte[stored.PayloadBytes];
        bool isWhole = TryFill(reader, at + RecordCodec.HeaderBytes, payload) && Checksum.Of(payload) == stored.PayloadCrc;
        if (!isWhole)
        {
            return Damaged(stored);
        }

        RecordHeader original = stored.Header.Type == RecordType.CarriedOver ? RecordCodec.ReadFields(payload).Header : stored.Header;
        if (original.Type is not (RecordType.Published or RecordType.Scheduled) || position < original.Position || position.Bits - original.Position.Bits >= (uint)original.Count)
        {
            return null;
        }

        IndexEntry entry = new(Offset.First, original.Count, default, original.Time);
        Offset place = new(1 + (long)(position.Bits - original.Position.Bits));
        StoredRun run = RunBuilder.Build(stored, payload, entry, place, null);
        int bytes = RunBuilder.BytesOf(run.Messages.Span, 1);
        StoredRun one = new(run.Header with { Count = 1 }, Offset.BeforeFirst, 1, run.Messages[..bytes], null);
        return new StoredRuns([one], null);
    }

    private static StoredRuns Damaged(in StoredHeader stored)
    {
        StoredRun run = RunBuilder.Damaged(new IndexEntry(Offset.First, 1, default, stored.Header.Time), Offset.First);
        return new StoredRuns([new StoredRun(run.Header, Offset.BeforeFirst, 1, ReadOnlyMemory<byte>.Empty, null)], null);
    }
}
