using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.ColdReads;

/// <summary>
/// Finds the message of a log position, for a reader thread: the segment by its first position, the place in it from the
/// sparse positions, then header by header. Thread-safe, without state.
/// </summary>
internal sealed class PositionReader
{
    private readonly SegmentTable _segments;
    private readonly int _segmentBytes;

    public PositionReader(SegmentTable segments, int segmentBytes)
    {
        _segments = segments;
        _segmentBytes = segmentBytes;
    }

    /// <summary>See <see cref="IStore.ReadMessageAsync"/>. Costs up to 64 KiB of headers, a whole segment's for one from before the opening.</summary>
    public StoredRuns? Read(LogPosition position)
    {
        if (_segments.Find(position) is not { } segment)
        {
            return null;
        }

        int at = segment.Positions.TryFind(position, out int near, out _) ? near : SegmentLayout.HeaderBytes;
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
                    return ReadRecord(reader, at, stored, position);
                }

                at += stored.RecordBytes;
            }
        }

        return null;
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
        if (stored.Header.Type is not (RecordType.Published or RecordType.Scheduled))
        {
            return null;
        }

        byte[] payload = new byte[stored.PayloadBytes];
        bool isWhole = TryFill(reader, at + RecordCodec.HeaderBytes, payload) && Checksum.Of(payload) == stored.PayloadCrc;
        IndexEntry entry = new(Offset.First, stored.Header.Count, default, stored.Header.Time);
        Offset place = new(1 + (long)(position.Bits - stored.Header.Position.Bits));
        StoredRun run = isWhole ? RunBuilder.Build(stored, payload, entry, place, null) : RunBuilder.Damaged(entry, place);
        int bytes = isWhole ? RunBuilder.BytesOf(run.Messages.Span, 1) : 0;
        StoredRun one = new(run.Header with { Count = 1 }, Offset.BeforeFirst, 1, run.Messages[..bytes], null);
        return new StoredRuns([one], null);
    }
}
