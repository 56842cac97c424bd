using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Recovery;

/// <summary>
/// Writes the tail again into fresh files: the same bytes at the same places under new generations, so that locations stay
/// true, and syncs them. The old files are not touched. One thread, recovery's.
/// </summary>
internal sealed class TailRewriter : IDisposable
{
    private readonly FilesStoreOptions _options;
    private readonly SpareSegments _spares;
    private readonly List<Segment> _written = [];
    private Generation _nextGeneration;

    public TailRewriter(FilesStoreOptions options, SpareSegments spares, Generation nextGeneration)
    {
        _options = options;
        _spares = spares;
        _nextGeneration = nextGeneration;
    }

    /// <summary>The first generation that was not given.</summary>
    public Generation NextGeneration => _nextGeneration;

    /// <summary>The segments that were written again, from the byte of their one part on.</summary>
    public IReadOnlyList<Segment> Written => _written;

    /// <summary>Writes what was scanned of a segment; its records get the new generation in place.</summary>
    public Segment Write(TailSegment old, Span<byte> bytes, int end)
    {
        SegmentPart part = NewPart(old.Number, old.From, needsWhole: false);
        Segment segment = new(old.Number, part) { End = end };
        Seal(bytes[..end], old, part.Generation);
        IDiskFile file = part.Handle ?? throw new InvalidOperationException("a new part is open");
        file.Write(old.From, bytes[old.From..end]);
        file.Sync();
        _written.Add(segment);
        return segment;
    }

    /// <summary>
    /// Ends the log inside of a segment that was written. Nothing behind it may look like a record: when the barrier that follows
    /// rots, the rest of the unit would be taken for what is behind the hole.
    /// </summary>
    public void CutAt(LogPlace place)
    {
        Segment segment = _written.FindLast(written => written.Number == place.Segment && written.Parts[0].From <= place.Byte)
            ?? throw new InvalidOperationException($"{place} was not written again");
        IDiskFile file = segment.Parts[0].Handle ?? throw new InvalidOperationException("a new part is open");
        file.Write(place.Byte, new byte[segment.End - place.Byte]);
        file.Sync();
        segment.End = place.Byte;
    }

    /// <summary>The segment that the log goes on with, its first record a barrier.</summary>
    public Segment WriteBarrier(SegmentNumber number, in RecordHeader barrier)
    {
        SegmentPart part = NewPart(number, SegmentLayout.HeaderBytes, needsWhole: true);
        Segment segment = new(number, part) { First = barrier.Position, Last = barrier.Position };
        byte[] record = new byte[RecordCodec.HeaderBytes];
        RecordCodec.WriteFields(record, barrier, new PayloadSeal(0, Checksum.Of([])), RecordFlags.None);
        RecordCodec.Seal(record, part.Generation, startsGroup: true);
        IDiskFile file = part.Handle ?? throw new InvalidOperationException("a new part is open");
        file.Write(SegmentLayout.HeaderBytes, record);
        file.Sync();
        segment.Positions.Note(SegmentLayout.HeaderBytes, barrier.Position);
        segment.End = SegmentLayout.HeaderBytes + record.Length;
        return segment;
    }

    /// <summary>Makes the names of new files durable.</summary>
    public void SyncNames() => _options.Disk.SyncFolder(SegmentFileId.Folder);

    /// <summary>Closes files of a recovery that did not come to its end.</summary>
    public void Dispose() => _written.ForEach(segment => segment.Parts[0].Handle?.Dispose());

    /// <summary>The files belong to somebody else now.</summary>
    public void Release() => _written.Clear();

    private SegmentPart NewPart(SegmentNumber number, int from, bool needsWhole)
    {
        IDisk disk = _options.Disk;
        bool isSpare = _spares.TryTake(0, out SegmentFileId id);
        id = isSpare ? id : _spares.NewFile();
        SegmentPart part = new(id, _nextGeneration, from);
        _nextGeneration = _nextGeneration.Next;
        IDiskFile file = disk.Open(id.Path, isSpare ? DiskOpen.OpenExisting : DiskOpen.CreateNew);
        part.Handle = file;
        if (needsWhole)
        {
            file.Preallocate(_options.SegmentBytes);
        }

        new SegmentHeader(number, part.Generation, _options.SegmentBytes, _options.Partition).WriteTo(file);
        return part;
    }

    // Between two of the writer's blocks lies what its memory had before: whole records of this very file among it, which would lead past the
    // first record of the next block. They are told by their positions, which were written once already.
    private static void Seal(Span<byte> bytes, TailSegment old, Generation generation)
    {
        LogPosition next = LogPosition.None;
        int at = old.From;
        while (at + RecordCodec.HeaderBytes <= bytes.Length)
        {
            bool isRecord = RecordCodec.TryRead(bytes[at..], old.Generation, out StoredHeader stored)
                && stored.RecordBytes <= bytes.Length - at
                && stored.Header.Position >= next;
            if (isRecord)
            {
                next = LogPosition.FromBits(stored.Header.Position.Bits + (uint)stored.Header.Count);
            }

            at += isRecord ? RecordCodec.Seal(bytes[at..], generation, startsGroup: false) : SegmentLayout.Alignment;
        }
    }
}
