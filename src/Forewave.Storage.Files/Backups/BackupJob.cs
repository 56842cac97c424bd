using System.Collections.Immutable;
using Forewave.Protocol;
using Forewave.Storage.Backups;
using Forewave.Storage.Files.Checkpoints;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Backups;

/// <summary>
/// Takes one backup: the last checkpoint with its slices, then the log, segment by segment, up to what is committed when its end is
/// reached. What an earlier backup copied is not copied again. The index is not copied: an opening makes it from the log.
/// <para>
/// <see cref="Run"/> is enumerated by one thread at a time, to its end or not; each step moves a mebibyte at most and yields how much.
/// Whatever is thrown, or is not enumerated, leaves the backups before it as they were. What is still to be copied is not
/// recycled meanwhile, unless the data folder's disk is full: then the backup ends. Takes the memory of one segment.
/// </para>
/// </summary>
internal sealed class BackupJob : IDisposable
{
    private const int PieceBytes = 1024 * 1024;
    private const int Tries = 5;
    private const int MaxPasses = 50;

    private readonly IBackupSource _source;
    private readonly BackupFolder _folder;
    private readonly TimeProvider _time;
    private readonly HashSet<SegmentNumber> _held = [];
    private readonly HashSet<SegmentNumber> _kept = [];
    private readonly List<IDiskFile> _open = [];
    private readonly List<BackupSegment> _segments = [];
    private readonly List<BackupFile> _slices = [];
    private readonly Dictionary<(SegmentNumber Number, uint Generation, int From), BackupSegment> _shared = [];
    private NativeBuffer? _buffer;
    private BackupManifest? _before;
    private Manifest? _base;
    private BackupFile? _checkpoint;
    private LogPosition _end;
    private Timestamp _endTime;
    private BackupProgress _progress;

    /// <param name="source">What is backed up; not disposed.</param>
    /// <param name="folder">Where to; the job's from now on.</param>
    /// <param name="time">The clock.</param>
    public BackupJob(IBackupSource source, BackupFolder folder, TimeProvider time)
    {
        _source = source;
        _folder = folder;
        _time = time;
        _progress = new BackupProgress { State = BackupState.Running, Begun = Timestamp.From(time.GetUtcNow()) };
    }

    /// <summary>How far it is. For any thread.</summary>
    public BackupProgress Progress => Volatile.Read(ref _progress);

    /// <summary>Does it, piece by piece; yields the bytes of each that were read or written.</summary>
    /// <exception cref="StoreException">It cannot go on; the message says why.</exception>
    /// <exception cref="DiskException">One of the disks failed, or is full.</exception>
    public IEnumerable<int> Run()
    {
        _folder.Lock();
        _folder.RemoveParts();
        FindBefore();
        BeginBase();
        foreach (int bytes in CopyBase().Concat(CopyLog()))
        {
            CheckRoom();
            yield return bytes;
        }

        BackupManifest manifest = Complete();
        _folder.Publish(manifest);
        Tell(progress => progress with
        {
            State = BackupState.Done, Ended = manifest.Ended, End = manifest.End, ReusedBytes = manifest.Files.Sum(file => file.LengthBytes) - progress.CopiedBytes,
        });
    }

    public void Dispose()
    {
        LetGo();
        _buffer?.Dispose();
        _buffer = null;
        _folder.Dispose();
    }

    private void LetGo()
    {
        foreach (SegmentNumber number in _held)
        {
            _source.Release(number);
        }

        _held.Clear();
        _open.ForEach(file => file.Dispose());
        _open.Clear();
    }

    // One whose manifest is damaged is passed over: what it had copied is found by name, and compared.
    private void FindBefore()
    {
        IReadOnlyList<uint> numbers = _folder.List();
        _before = numbers.Reverse().Select(_folder.FindWhole).FirstOrDefault(manifest => manifest is not null);
        Tell(progress => progress with { Number = (numbers.Count > 0 ? numbers[^1] : 0) + 1 });
        BackupOrigin origin = BackupOrigin.Of(_source.Manifest);
        if (_before is { } before && before.Origin != origin)
        {
            throw new StoreException(
                ErrorCode.BackupFolderUnusable,
                $"The backups in this folder are of another data folder{(before.Origin.Salt == origin.Salt ? ", the one before a restore" : "")}. Give each data folder, and each restored one, a backup folder of its own.");
        }

        if (_before is { } last && (last.Epoch > _source.Manifest.Epoch || last.NextGeneration > _source.Manifest.NextGeneration.Value))
        {
            throw PutBack($"its epoch is {_source.Manifest.Epoch}, that of backup {last.Number} is {last.Epoch}");
        }

        foreach (BackupSegment segment in _before?.Segments ?? [])
        {
            if (SegmentCopying.IsShared(segment.File.Path) && _folder.Has(segment.File))
            {
                _shared[(segment.Number, segment.Generation, segment.From)] = segment;
            }
        }
    }

    private static StoreException PutBack(string how) => new(
        ErrorCode.BackupFolderUnusable, $"The data folder is not the one that was backed up here, but an older copy of it that was put back: {how}. Give it a backup folder of its own.");

    // Everything that the checkpoint needs is open or held before the second checkpoint after it can let go of anything.
    private void BeginBase()
    {
        for (int i = 0; i < Tries; i++)
        {
            Manifest at = _source.Manifest;
            if (TryOpenBase(at) && _source.Manifest.Checkpoint <= at.Checkpoint + 1)
            {
                _base = at;
                return;
            }

            LetGo();
        }

        throw new StoreException(ErrorCode.BackupFailed, "Checkpoints follow each other faster than a backup can begin with one. Try again when less is written.");
    }

    private bool TryOpenBase(Manifest at)
    {
        try
        {
            DiskPath path = StoreFolder.CheckpointPath(at.Checkpoint);
            if (CheckpointReader.FindDamage(_source.Disk, path) is { } damage && _source.Manifest.Checkpoint == at.Checkpoint)
            {
                throw new StoreException(ErrorCode.BackupFailed, $"{damage} A backup needs one that is whole: try again after the next checkpoint.");
            }

            _open.Add(_source.Disk.Open(path, DiskOpen.ReadOnly));
            if (_source.Disk.Exists(SliceFolderPath))
            {
                _open.AddRange(_source.Disk.List(SliceFolderPath).Select(slice => _source.Disk.Open(slice, DiskOpen.ReadOnly)));
            }
        }
        catch (DiskException gone) when (gone.Kind == DiskErrorKind.NotFound)
        {
            return false;
        }

        _kept.Clear();
        foreach (SegmentEntry entry in at.Segments)
        {
            if (Known(entry) is null)
            {
                Hold(entry.Number);
            }
            else if (_source.UseOf(entry.Number) == SegmentUse.Sealed)
            {
                // What is copied already may be recycled from now on, and belongs to the backup all the same.
                _kept.Add(entry.Number);
            }
        }

        // On a full disk it is given up before its time, and after it the segments that it alone needs.
        return _source.Disk.Exists(StoreFolder.CheckpointPath(at.Checkpoint));
    }

    private static DiskPath SliceFolderPath { get; } = new("slices");

    private IEnumerable<int> CopyBase()
    {
        DiskPath path = BackupFolder.CheckpointPath(Progress.Number);
        BackupWriter writer = new(_folder.Disk, path);
        using (writer)
        {
            uint crc = 0;
            foreach (int bytes in Copy(_open[0], writer, sum => crc = sum))
            {
                yield return bytes;
            }

            writer.Finish();
            _checkpoint = new BackupFile(path, writer.Written, crc);
        }

        foreach (IDiskFile slice in _open.Skip(1))
        {
            foreach (int bytes in CopySlice(slice))
            {
                yield return bytes;
            }
        }
    }

    private IEnumerable<int> CopySlice(IDiskFile slice)
    {
        long length = slice.Length;
        if (_before?.Slices.FirstOrDefault(file => file.LengthBytes == length && IsOf(file, slice.Path)) is { } known
            && _folder.Has(known)
            && CrcOf(slice, length) == known.Crc)
        {
            _slices.Add(known);
            yield return (int)Math.Min(length, int.MaxValue);
            yield break;
        }

        uint crc = CrcOf(slice, length);
        DiskPath path = BackupFolder.SlicePath(slice.Path, crc);
        using (BackupWriter writer = new(_folder.Disk, path))
        {
            uint copied = 0;
            foreach (int bytes in Copy(slice, writer, sum => copied = sum))
            {
                yield return bytes;
            }

            // One that is written still is in no checkpoint: it may change between the looks.
            if (copied == crc && writer.Written == length)
            {
                writer.Finish();
                _slices.Add(new BackupFile(path, length, crc));
            }
        }
    }

    private static bool IsOf(BackupFile copy, DiskPath slice) => copy.Path == BackupFolder.SlicePath(slice, copy.Crc);

    private static uint CrcOf(IDiskFile file, long length)
    {
        uint crc = 0;
        byte[] piece = new byte[PieceBytes];
        for (long at = 0; at < length;)
        {
            int read = file.Read(at, piece.AsSpan(0, (int)Math.Min(PieceBytes, length - at)));
            if (read == 0)
            {
                break;
            }

            crc = Checksum.Continue(crc, piece.AsSpan(0, read));
            at += read;
        }

        return crc;
    }

    private IEnumerable<int> Copy(IDiskFile from, BackupWriter writer, Action<uint> summed)
    {
        byte[] piece = new byte[PieceBytes];
        uint crc = 0;
        for (int read = from.Read(0, piece); read > 0; read = from.Read(writer.Written, piece))
        {
            crc = Checksum.Continue(crc, piece.AsSpan(0, read));
            writer.Write(piece.AsSpan(0, read));
            Copied(read);
            yield return read;
        }

        summed(crc);
    }

    // What was sealed meanwhile is taken too, so that the end is that of now; the segment that is written comes last.
    private IEnumerable<int> CopyLog()
    {
        for (int pass = 0; pass < MaxPasses; pass++)
        {
            int before = _segments.Count;
            Manifest now = pass == 0 ? _base! : _source.Manifest;
            LogPosition committed = _source.Committed;
            SegmentEntry[] entries = [.. now.Segments.Where(IsAhead)];
            for (int i = 0; i < entries.Length; i++)
            {
                SegmentUse use = _kept.Contains(entries[i].Number) ? SegmentUse.Sealed : _source.UseOf(entries[i].Number);
                if (use == SegmentUse.None)
                {
                    continue;
                }

                bool isActive = use == SegmentUse.Active;
                if (isActive && _segments.Count > before)
                {
                    // Time has gone by: the next pass takes more of it.
                    break;
                }

                LogPosition next = i + 1 < entries.Length ? entries[i + 1].FirstPosition : LogPosition.None;
                SegmentCopying copying = new(entries[i], TailSegment.EndOf(now, entries[i])) { Limit = committed, Next = next, IsActive = isActive };
                foreach (int bytes in CopySegment(copying))
                {
                    yield return bytes;
                }

                if (isActive)
                {
                    // What comes behind it now came after the limit, and so did the rest of it.
                    yield break;
                }
            }

            if (_segments.Count == before)
            {
                yield break;
            }
        }
    }

    private bool IsAhead(SegmentEntry entry) =>
        _segments.Count == 0
        || entry.Number.CompareTo(_segments[^1].Number) > 0
        || (entry.Number == _segments[^1].Number && entry.From > _segments[^1].From);

    private IEnumerable<int> CopySegment(SegmentCopying copying)
    {
        SegmentEntry entry = copying.Entry;
        if (Known(entry) is { } known)
        {
            CheckSame(known, entry);
            CountGap(known.First, entry);
            _segments.Add(known);
            (_end, _endTime) = (known.Last, known.LastTime);
            yield return RecordCodec.HeaderBytes;
            yield break;
        }

        if (!Hold(entry.Number))
        {
            yield break;
        }

        _buffer ??= new NativeBuffer(_base!.SegmentBytes);
        TailSegment segment = new(entry.Number, entry.File, entry.Generation, entry.From) { End = copying.FileEnd };
        foreach (int bytes in Load(segment))
        {
            yield return bytes;
        }

        LogPosition limit = copying.IsActive ? copying.Limit : LogPosition.FromBits(ulong.MaxValue);
        ScanMarks marks = new(copying.IsActive ? copying.Limit : _source.Committed, _before?.End ?? LogPosition.None);
        ScannedSegment scanned = ScannedSegment.Of(_source.Disk, segment, _buffer.Span, entry.FirstPosition, RecordLimit.At(limit), marks);
        CheckEndOfBefore(scanned);
        if (scanned.First != LogPosition.None && Follows(scanned, entry))
        {
            foreach (int bytes in Write(copying, scanned))
            {
                yield return bytes;
            }

            // What was sealed a moment ago may end with a group whose other part is not synced yet: no part of it counts.
            (_end, _endTime) = scanned.Committed != LogPosition.None ? (scanned.Committed, scanned.CommittedTime) : (_end, _endTime);
        }

        if (copying.FileEnd == _base!.SegmentBytes)
        {
            Release(entry.Number);
        }
    }

    // Behind the place where replay begins no position is missing, unless it rotted, or its segment came and went between two passes.
    private bool Follows(ScannedSegment scanned, SegmentEntry entry)
    {
        Tell(progress => progress with { DamagedPositions = progress.DamagedPositions + scanned.Damaged });
        return CountGap(scanned.First, entry) == 0 || WasThere(entry);
    }

    private ulong CountGap(LogPosition first, SegmentEntry entry)
    {
        bool isReplayed = _segments.Count > 0 && _segments[^1].Number.CompareTo(_base!.ReplayFrom.Segment) >= 0;
        ulong missing = isReplayed ? first.Number - Math.Min(_segments[^1].Last.Number + 1, first.Number) : 0;
        if (missing > 0 && WasThere(entry))
        {
            Tell(progress => progress with { DamagedPositions = progress.DamagedPositions + missing });
        }

        return missing;
    }

    private bool WasThere(SegmentEntry entry) => _base!.Segments.Any(held => held.Number == entry.Number);

    // A copy of the data folder that was put back numbers its files like the original after it. Its records have other times.
    private void CheckSame(BackupSegment known, SegmentEntry entry)
    {
        bool wasHeld = _held.Contains(entry.Number);
        if (!Hold(entry.Number))
        {
            return;
        }

        byte[] there = new byte[RecordCodec.HeaderBytes];
        byte[] copied = new byte[RecordCodec.HeaderBytes];
        using (IDiskFile copy = _folder.Disk.Open(known.File.Path, DiskOpen.ReadOnly))
        {
            copy.Read(0, copied);
        }

        // Where one of them rotted there is nothing to compare: readers and verify find out.
        bool isReadable = TryReadHeader(entry, there) && RecordCodec.TryRead(there, entry.Generation, out _) && RecordCodec.TryRead(copied, entry.Generation, out _);
        if (!wasHeld)
        {
            Release(entry.Number);
        }

        if (isReadable && !there.AsSpan().SequenceEqual(copied))
        {
            throw PutBack($"segment {entry.Number} begins with another record than its copy");
        }
    }

    // What the last backup ended with was committed, so it is in this log for good, until its segment is recycled.
    private void CheckEndOfBefore(ScannedSegment scanned)
    {
        if (_before is { } before && scanned is { Damaged: 0, First.Number: var first, Last.Number: var last }
            && scanned.First != LogPosition.None && first <= before.End.Number && before.End.Number <= last && scanned.SoughtTime != before.EndTime)
        {
            throw PutBack($"its log has another record at {before.End}, where backup {before.Number} ends");
        }
    }

    private bool TryReadHeader(SegmentEntry entry, byte[] header)
    {
        try
        {
            using IDiskFile file = _source.Disk.Open(entry.File.Path, DiskOpen.ReadOnly);
            return file.Read(entry.From, header) == header.Length;
        }
        catch (DiskException failure) when (failure.Errno == Errno.InputOutput)
        {
            return false;
        }
    }

    private IEnumerable<int> Load(TailSegment segment)
    {
        using IDiskFile file = _source.Disk.Open(segment.File.Path, DiskOpen.ReadOnly);
        int at = segment.From;
        while (at < segment.End && !TryFinish(file, segment, ref at))
        {
            yield return PieceBytes;
        }

        _buffer!.Span[Math.Min(at, segment.End)..].Clear();
        file.AdviseDontNeed(new ByteRange { Offset = segment.From, LengthBytes = Math.Max(at - segment.From, 0) });
    }

    // True: all that can be read is in the buffer. What the disk does not give back is read page by page, as recovery does.
    private bool TryFinish(IDiskFile file, TailSegment segment, ref int at)
    {
        try
        {
            int read = file.Read(at, _buffer!.Span.Slice(at, Math.Min(PieceBytes, segment.End - at)));
            at += read;
            return read == 0;
        }
        catch (DiskException failure) when (failure.Errno == Errno.InputOutput)
        {
            segment.Load(_source.Disk, _buffer!.Span);
            at = segment.End;
            return true;
        }
    }

    private IEnumerable<int> Write(SegmentCopying copying, ScannedSegment scanned)
    {
        int from = copying.Entry.From;
        int end = copying.IsWhole(scanned) ? scanned.End : Math.Max(scanned.End, EndOfBytes(copying.FileEnd));
        DiskPath path = copying.PathOf(Progress.Number, scanned.Damaged > 0);
        uint crc = Checksum.Of(_buffer!.Span[from..end]);
        if (!IsThere(path, end - from, crc))
        {
            using BackupWriter writer = new(_folder.Disk, path);
            for (int at = from; at < end; at += PieceBytes)
            {
                int bytes = Math.Min(PieceBytes, end - at);
                writer.Write(_buffer.Span.Slice(at, bytes));
                Copied(bytes);
                yield return bytes;
            }

            writer.Finish();
        }

        _segments.Add(new BackupSegment
        {
            Number = copying.Entry.Number, Generation = copying.Entry.Generation.Value, From = from, First = scanned.First, Last = scanned.Last,
            LastTime = scanned.LastTime, File = new BackupFile(path, end - from, crc),
        });
    }

    // Of a backup that was cut off: not written again.
    private bool IsThere(DiskPath path, long length, uint crc)
    {
        if (!_folder.Disk.Exists(path))
        {
            return false;
        }

        using IDiskFile file = _folder.Disk.Open(path, DiskOpen.ReadOnly);
        return file.Length == length && CrcOf(file, length) == crc;
    }

    private int EndOfBytes(int fileEnd) => _buffer!.Span[..fileEnd].LastIndexOfAnyExcept((byte)0) + 1;

    private BackupSegment? Known(SegmentEntry entry) => _shared.GetValueOrDefault((entry.Number, entry.Generation.Value, entry.From));

    private bool Hold(SegmentNumber number)
    {
        if (_held.Contains(number))
        {
            return true;
        }

        bool isHeld = _source.TryHold(number);
        if (isHeld)
        {
            _held.Add(number);
        }

        return isHeld;
    }

    private void Release(SegmentNumber number)
    {
        if (_held.Remove(number))
        {
            _source.Release(number);
        }
    }

    private void CheckRoom()
    {
        if (_source.IsFull)
        {
            throw new StoreException(
                ErrorCode.DiskFull, "The backup was given up: the data folder's disk is full, and segments that it holds are needed. What it has copied is not copied again.");
        }
    }

    private BackupManifest Complete()
    {
        if (_end == LogPosition.None)
        {
            throw new StoreException(ErrorCode.BackupFailed, "The data folder's log has no record that is whole: there is nothing to back up.");
        }

        if (_before is { } before && _end.Number < before.End.Number && Progress.DamagedPositions == 0)
        {
            throw PutBack($"its log ends at {_end}, that of backup {before.Number} at {before.End}");
        }

        BackupProgress progress = Progress;
        return new BackupManifest
        {
            Number = progress.Number,
            Origin = BackupOrigin.Of(_base!),
            Epoch = _source.Manifest.Epoch,
            NextGeneration = _source.Manifest.NextGeneration.Value,
            NextSegment = _source.Manifest.NextSegment,
            Checkpoint = _base!.Checkpoint,
            ReplayFrom = _base.ReplayFrom,
            ReplayPosition = _base.ReplayPosition,
            Begun = progress.Begun,
            Ended = Timestamp.From(_time.GetUtcNow()),
            End = _end,
            EndTime = _endTime,
            DamagedPositions = progress.DamagedPositions,
            CheckpointFile = _checkpoint!,
            Slices = [.. _slices],
            Segments = [.. _segments],
        };
    }

    private void Copied(int bytes) => Tell(progress => progress with { CopiedBytes = progress.CopiedBytes + bytes });

    private void Tell(Func<BackupProgress, BackupProgress> change) => Volatile.Write(ref _progress, change(_progress));
}
