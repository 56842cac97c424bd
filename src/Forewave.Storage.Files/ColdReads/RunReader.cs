using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.ColdReads;

/// <summary>
/// Reads runs of a queue from the segments, for a reader thread: large reads in log order, the page cache told not to keep
/// them. Thread-safe, without state.
/// </summary>
internal sealed class RunReader
{
    private const int EntriesAtATime = 128;

    private readonly QueueIndexes _indexes;
    private readonly SegmentTable _segments;
    private readonly int _segmentBytes;

    public RunReader(QueueIndexes indexes, SegmentTable segments, int segmentBytes)
    {
        _indexes = indexes;
        _segments = segments;
        _segmentBytes = segmentBytes;
    }

    /// <summary>See <see cref="IStore.ReadAsync"/>.</summary>
    public StoredRuns Read(uint queue, Offset offset, int maxBytes)
    {
        List<StoredRun> runs = [];
        ReadBuffers buffers = new();
        try
        {
            IndexEntry[] entries = new IndexEntry[EntriesAtATime];
            int bytes = 0;
            int count;
            while (bytes < maxBytes && (count = _indexes.FindRange(queue, offset, entries)) > 0)
            {
                bytes += ReadEntries(entries.AsSpan(0, count), ref offset, new RunSink(new QueueNumber(queue), runs, buffers), maxBytes - bytes);
            }

            return new StoredRuns(runs, buffers);
        }
        catch
        {
            buffers.Dispose();
            throw;
        }
    }

    // Reads entries, chunk by chunk, until all are read or maxBytes are exceeded; returns the bytes of the runs.
    private int ReadEntries(ReadOnlySpan<IndexEntry> entries, ref Offset offset, in RunSink sink, int maxBytes)
    {
        int bytes = 0;
        ReadChunk chunk = new(entries.Length > 1 ? (long)(entries[1].Location.Bits - entries[0].Location.Bits) : -1);
        while (!entries.IsEmpty && bytes < maxBytes)
        {
            int wanted = Math.Min(chunk.Bytes, Math.Max(maxBytes - bytes, 4096) + RecordCodec.HeaderBytes);
            int done = ReadOneChunk(entries, offset, sink, wanted, out int read);
            if (done == 0)
            {
                return bytes;
            }

            chunk.Learn(read);
            bytes += read;
            offset = new Offset(entries[done - 1].End);
            entries = entries[done..];
        }

        return bytes;
    }

    // Reads as many entries as one read of the disk brings; returns how many. None: the index has another place for the first.
    private int ReadOneChunk(ReadOnlySpan<IndexEntry> entries, Offset offset, in RunSink sink, int chunkBytes, out int read)
    {
        LogPlace start = new(entries[0].Location);
        if (TryHold(start, out SegmentReader segment))
        {
            using (segment)
            {
                int done = ReadOneChunk(entries, offset, sink, chunkBytes, segment, out read);
                if (done > 0)
                {
                    return done;
                }
            }
        }

        // What is damaged counts too, or a read over a lost segment would have no end.
        read = RecordCodec.HeaderBytes;
        if (_indexes.Find(sink.Queue.Value, entries[0].First) is { } now && now.Location != entries[0].Location)
        {
            return 0;
        }

        sink.Runs.Add(RunBuilder.Damaged(entries[0], offset));
        return 1;
    }

    private int ReadOneChunk(ReadOnlySpan<IndexEntry> entries, Offset offset, in RunSink sink, int chunkBytes, in SegmentReader segment, out int read)
    {
        read = 0;
        int done = 0;
        LogPlace start = new(entries[0].Location);
        byte[] chunk = ReadAround(segment, sink.Buffers, new ByteRange { Offset = start.Byte, LengthBytes = chunkBytes }, out int length);
        while (done < entries.Length && TryTake(entries[done], start, chunk.AsMemory(0, length), segment, out int at, out StoredHeader stored))
        {
            if (at + stored.RecordBytes > length)
            {
                if (done > 0)
                {
                    break;
                }

                chunk = ReadAt(segment, sink.Buffers, new ByteRange { Offset = start.Byte, LengthBytes = stored.RecordBytes }, out length);
            }

            sink.Runs.Add(Build(stored, chunk.AsMemory(0, length), at, entries[done], done == 0 ? offset : entries[done].First));
            read += stored.RecordBytes;
            done++;
        }

        return done;
    }

    // False: it was recycled, or its file is gone.
    private bool TryHold(LogPlace place, out SegmentReader segment)
    {
        try
        {
            return _segments.TryRead(place, out segment);
        }
        catch (DiskException gone) when (gone.Kind == DiskErrorKind.NotFound)
        {
            segment = default;
            return false;
        }
    }

    // Whether an entry's record begins in the chunk with a header that is right.
    private static bool TryTake(in IndexEntry entry, LogPlace start, ReadOnlyMemory<byte> chunk, in SegmentReader segment, out int at, out StoredHeader stored)
    {
        LogPlace place = new(entry.Location);
        at = place.Byte - start.Byte;
        stored = default;
        return place.Segment == start.Segment
            && at >= 0
            && at + RecordCodec.HeaderBytes <= chunk.Length
            && RecordCodec.TryRead(chunk.Span[at..], segment.Generation, out stored);
    }

    private static StoredRun Build(in StoredHeader stored, ReadOnlyMemory<byte> chunk, int at, in IndexEntry entry, Offset offset)
    {
        if (at + RecordCodec.HeaderBytes + stored.PayloadBytes > chunk.Length)
        {
            return RunBuilder.Damaged(entry, offset);
        }

        ReadOnlyMemory<byte> payload = chunk.Slice(at + RecordCodec.HeaderBytes, stored.PayloadBytes);
        return Checksum.Of(payload.Span) == stored.PayloadCrc && RunBuilder.Fits(stored, payload.Span, entry)
            ? RunBuilder.Build(stored, payload, entry, offset, null)
            : RunBuilder.Damaged(entry, offset);
    }

    // A sector that cannot be read fails everything around it: less and less is read, down to the first record's header.
    private byte[] ReadAround(in SegmentReader segment, ReadBuffers buffers, ByteRange range, out int length)
    {
        byte[] chunk = ReadAt(segment, buffers, range, out length);
        while (length == 0 && range.LengthBytes > RecordCodec.HeaderBytes)
        {
            range = range with { LengthBytes = Math.Max(range.LengthBytes / 4, RecordCodec.HeaderBytes) };
            chunk = ReadAt(segment, buffers, range, out length);
        }

        return chunk;
    }

    // Nothing, where the disk cannot read.
    private byte[] ReadAt(in SegmentReader segment, ReadBuffers buffers, ByteRange range, out int length)
    {
        int bytes = (int)Math.Min(range.LengthBytes, _segmentBytes - range.Offset);
        byte[] array = buffers.Rent(bytes);
        try
        {
            length = segment.File.Read(range.Offset, array.AsSpan(0, bytes));
        }
        catch (DiskException failure) when (failure.Errno == Errno.InputOutput)
        {
            length = 0;
        }

        segment.File.AdviseDontNeed(range with { LengthBytes = length });
        return array;
    }
}
