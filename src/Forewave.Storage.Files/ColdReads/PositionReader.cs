using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Reclaim;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.ColdReads;

/// <summary>
/// Finds the message of a log position, for a reader thread: the segment by its first position, the place in it from the
/// positions that are noted every 64 KiB, then header by header. What was carried over or released is found by the summaries of
/// the segments that have such runs around the position. Thread-safe, without state.
/// </summary>
internal sealed class PositionReader
{
    private readonly RecoveryParts _parts;
    private readonly int _segmentBytes;

    public PositionReader(RecoveryParts parts, int segmentBytes)
    {
        _parts = parts;
        _segmentBytes = segmentBytes;
    }

    /// <summary>
    /// See <see cref="IStore.ReadMessageAsync"/>. Costs the summary of the segment (12 KiB and 32 bytes a queue) and up to 64 KiB
    /// of headers, and a search in the queue's index; of a carried or released message the summaries of the segments that have such
    /// runs around it, with 16 bytes a run. The first search after an opening looks once into every segment's summary.
    /// </summary>
    public StoredRuns? Read(LogPosition position)
    {
        StoredRuns? home = _parts.Segments.Find(position) is { } segment ? ReadIn(segment, position) : null;
        if (home is not null && (home[0].First != Offset.BeforeFirst || home[0].Damaged))
        {
            return home;
        }

        Segment[] segments = _parts.Segments.Snapshot();
        for (int i = segments.Length - 1; i >= 0; i--)
        {
            if (TryFindCopy(segments[i], position, out int recordByte) && ReadCopy(new LogPlace(segments[i].Number, recordByte), position) is { } copy)
            {
                return copy;
            }
        }

        return home;
    }

    private StoredRuns? ReadIn(Segment segment, LogPosition position)
    {
        int at = Near(segment, position);
        byte[] header = new byte[RecordCodec.HeaderBytes];
        while (at + RecordCodec.HeaderBytes <= _segmentBytes && _parts.Segments.TryRead(new LogPlace(segment.Number, at), out SegmentReader reader))
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
                    return stored.Header.Type is RecordType.Published or RecordType.Scheduled ? ReadRecord(reader, new LogPlace(segment.Number, at), stored, position) : null;
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

        bool isNoted = (segment.Summary ?? _parts.Summaries.Read(segment.Number)) is { } summary && summary.Positions.TryFind(position, out near, out _);
        return isNoted ? near : SegmentLayout.HeaderBytes;
    }

    private bool TryFindCopy(Segment segment, LogPosition position, out int recordByte)
    {
        recordByte = 0;
        if (segment.Summary is { } running)
        {
            return running.TryFindCopy(position, out recordByte);
        }

        if (segment.Copies is { } copies && !copies.MayHold(position))
        {
            return false;
        }

        if (_parts.Summaries.Read(segment.Number) is not { } summary)
        {
            return false;
        }

        segment.Copies = summary.Copies;
        return summary.TryFindCopy(position, out recordByte);
    }

    private StoredRuns? ReadCopy(LogPlace place, LogPosition position)
    {
        byte[] header = new byte[RecordCodec.HeaderBytes];
        if (!_parts.Segments.TryRead(place, out SegmentReader reader))
        {
            return null;
        }

        using (reader)
        {
            bool isCopy = TryFill(reader, place.Byte, header)
                && RecordCodec.TryRead(header, reader.Generation, out StoredHeader stored)
                && stored.Header.Type is RecordType.CarriedOver or RecordType.Released;
            return isCopy ? ReadRecord(reader, place, RecordCodec.ReadFields(header), position) : null;
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

    private StoredRuns? ReadRecord(in SegmentReader reader, LogPlace place, in StoredHeader stored, LogPosition position)
    {
        byte[] payload = new byte[stored.PayloadBytes];
        bool isWhole = TryFill(reader, place.Byte + RecordCodec.HeaderBytes, payload) && Checksum.Of(payload) == stored.PayloadCrc;
        if (!isWhole)
        {
            return Damaged(stored);
        }

        RecordHeader original = stored.Header.Type == RecordType.CarriedOver ? RecordCodec.ReadFields(payload).Header : stored.Header;
        CarriedPlace messages = CarriedPlace.Of(original);
        if (original.Type is not (RecordType.Published or RecordType.Scheduled or RecordType.Released) || !messages.Holds(position))
        {
            return null;
        }

        int skip = (int)(position.Bits - messages.First.Bits);
        IndexEntry entry = new(Offset.First, original.Count, default, original.Time);
        StoredRun run = RunBuilder.Build(stored, payload, entry, Offset.First.Plus(skip), null);
        int bytes = RunBuilder.BytesOf(run.Messages.Span, 1);
        StoredRun one = new(run.Header with { Count = 1 }, original.Type == RecordType.Scheduled ? Offset.BeforeFirst : OffsetOf(stored, original, place, skip), 1, run.Messages[..bytes], null);
        return new StoredRuns([one], null);
    }

    // None where the index does not lead to this record: expired, not dispatched yet, or carried over since.
    private Offset OffsetOf(in StoredHeader stored, in RecordHeader original, LogPlace place, int skip)
    {
        RecordHeader header = stored.Header;
        Offset? first = header.Type == RecordType.CarriedOver
            ? OffsetOfCopy(header, original, place)
            : _parts.Indexes.FindRecord(header.Queue, header.Time, place.Location)?.First;
        QueueExtent extent = _parts.Indexes.Extent(header.Queue);
        bool isThere = first?.Plus(skip) is { } offset && offset >= extent.FirstRetained && offset < extent.End;
        return isThere ? first!.Value.Plus(skip) : Offset.BeforeFirst;
    }

    // It names its offset, which is another one where records before it were lost since.
    private Offset? OffsetOfCopy(in RecordHeader copy, in RecordHeader original, LogPlace place)
    {
        Offset named = new((long)copy.Sequence);
        return _parts.Indexes.Find(copy.Queue, named) is { } run && run.Location == place.Location
            ? named
            : _parts.Indexes.FindRecord(copy.Queue, original.Time, place.Location)?.First ?? named;
    }

    private static StoredRuns Damaged(in StoredHeader stored)
    {
        StoredRun run = RunBuilder.Damaged(new IndexEntry(Offset.First, 1, default, stored.Header.Time), Offset.First);
        return new StoredRuns([new StoredRun(run.Header, Offset.BeforeFirst, 1, ReadOnlyMemory<byte>.Empty, null)], null);
    }
}
