using System.Buffers;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.ColdReads;

/// <summary>
/// Reads runs of a queue from the segments, for a reader thread: large reads in log order where the queue's runs lie side by
/// side, and of one run's size where they do not. Thread-safe, without state.
/// </summary>
internal sealed class RunReader
{
    private const int EntriesAtATime = 128;

    // Windows are planned by what messages have on average: the rest is read when it is asked for again.
    private const int MostBytesOfWindows = 1024 * 1024;

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
    public StoredRuns Read(uint queue, Offset offset, int maxBytes) => Read(queue, [new ReadWindow(offset, new Offset(long.MaxValue), maxBytes)]);

    /// <summary>See <see cref="IStore.ReadWindowsAsync"/>: reads all of them, unless they have much more than 1 MiB.</summary>
    public StoredRuns Read(uint queue, ReadOnlySpan<ReadWindow> windows)
    {
        IndexEntry[] entries = ArrayPool<IndexEntry>.Shared.Rent(EntriesAtATime);
        ReadBuffers buffers = ReadBuffers.Take();
        try
        {
            RunSink sink = new(new QueueNumber(queue), buffers);
            ReadReach reach = default;
            Offset read = Offset.First;
            int bytes = 0;
            foreach (ReadWindow window in windows)
            {
                if (bytes > MostBytesOfWindows)
                {
                    break;
                }

                // Its first message may be in the last run of the window before.
                read = window.First > read ? window.First : read;
                bytes += ReadFrom(window with { First = read }, entries, ref read, ref reach, sink);
            }

            return new StoredRuns(buffers.Runs, buffers);
        }
        catch
        {
            buffers.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<IndexEntry>.Shared.Return(entries);
        }
    }

    // Returns the bytes of the runs.
    private int ReadFrom(in ReadWindow window, IndexEntry[] entries, ref Offset read, ref ReadReach reach, in RunSink sink)
    {
        int bytes = 0;
        int count;
        while (bytes < window.MaxBytes && read < window.End && (count = _indexes.FindRange(sink.Queue.Value, read, entries.AsSpan(0, EntriesAtATime), window.End)) > 0)
        {
            bytes += ReadEntries(entries.AsSpan(0, count), ref read, ref reach, sink, window.MaxBytes - bytes);
        }

        return bytes;
    }

    // Reads entries until all are read or maxBytes are exceeded; returns the bytes of the runs.
    private int ReadEntries(ReadOnlySpan<IndexEntry> entries, ref Offset offset, ref ReadReach reach, in RunSink sink, int maxBytes)
    {
        int bytes = 0;
        while (!entries.IsEmpty && bytes < maxBytes)
        {
            int done = ReadOnce(entries, offset, ref reach, sink, maxBytes - bytes, out int read);
            if (done == 0)
            {
                return bytes;
            }

            bytes += read;
            offset = new Offset(entries[done - 1].End);
            entries = entries[done..];
        }

        return bytes;
    }

    // Reads as many entries as one read of the disk brings; returns how many. None: the index has another place for the first.
    private int ReadOnce(ReadOnlySpan<IndexEntry> entries, Offset offset, ref ReadReach reach, in RunSink sink, int mostBytes, out int read)
    {
        LogPlace start = new(entries[0].Location);
        if (TryHold(start, out SegmentReader segment))
        {
            using (segment)
            {
                int done = ReadHeld(entries, offset, ref reach, sink, mostBytes, segment, out read);
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

        sink.Buffers.Runs.Add(RunBuilder.Damaged(entries[0], offset));
        return 1;
    }

    private int ReadHeld(ReadOnlySpan<IndexEntry> entries, Offset offset, ref ReadReach reach, in RunSink sink, int mostBytes, in SegmentReader segment, out int read)
    {
        read = 0;
        int done = 0;
        int end = 0;
        LogPlace start = new(entries[0].Location);
        ByteRange range = new() { Offset = start.Byte, LengthBytes = reach.Of(entries, mostBytes) };
        ReadOnlyMemory<byte> bytes = ReadAround(segment, sink.Buffers, range);
        while (done < entries.Length && TryTake(entries[done], start, bytes, segment, out int at, out StoredHeader stored))
        {
            if (at + stored.RecordBytes > bytes.Length)
            {
                if (done > 0)
                {
                    break;
                }

                bytes = ReadAt(segment, sink.Buffers, range with { LengthBytes = stored.RecordBytes });
            }

            sink.Buffers.Runs.Add(Build(stored, bytes, at, sink.Queue, entries[done], done == 0 ? offset : entries[done].First));
            read += stored.RecordBytes;
            // A later entry may lie before an earlier one, where records were carried over.
            end = Math.Max(end, Math.Min(at + stored.RecordBytes, bytes.Length));
            reach.Learn(stored.RecordBytes);
            done++;
        }

        sink.Buffers.Keep(end);
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

    private static StoredRun Build(in StoredHeader stored, ReadOnlyMemory<byte> chunk, int at, QueueNumber queue, in IndexEntry entry, Offset offset)
    {
        if (at + RecordCodec.HeaderBytes + stored.PayloadBytes > chunk.Length)
        {
            return RunBuilder.Damaged(entry, offset, stored.Header);
        }

        ReadOnlyMemory<byte> payload = chunk.Slice(at + RecordCodec.HeaderBytes, stored.PayloadBytes);
        return Checksum.Of(payload.Span) == stored.PayloadCrc && RunBuilder.Fits(stored, payload.Span, queue, entry)
            ? RunBuilder.Build(stored, payload, entry, offset, null)
            : RunBuilder.Damaged(entry, offset, stored.Header);
    }

    // A sector that cannot be read fails everything around it: less and less is read, down to the first record's header.
    private ReadOnlyMemory<byte> ReadAround(in SegmentReader segment, ReadBuffers buffers, ByteRange range)
    {
        ReadOnlyMemory<byte> bytes = ReadAt(segment, buffers, range);
        while (bytes.IsEmpty && range.LengthBytes > RecordCodec.HeaderBytes)
        {
            range = range with { LengthBytes = Math.Max(range.LengthBytes / 4, RecordCodec.HeaderBytes) };
            bytes = ReadAt(segment, buffers, range);
        }

        return bytes;
    }

    // Nothing, where the disk cannot read. What was read stays in the page cache: another group is likely to want it.
    private ReadOnlyMemory<byte> ReadAt(in SegmentReader segment, ReadBuffers buffers, ByteRange range)
    {
        Memory<byte> room = buffers.Room((int)Math.Min(range.LengthBytes, _segmentBytes - range.Offset));
        try
        {
            return room[..segment.File.Read(range.Offset, room.Span)];
        }
        catch (DiskException failure) when (failure.Errno == Errno.InputOutput)
        {
            return default;
        }
    }
}
