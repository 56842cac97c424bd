using System.Collections.Immutable;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Backups;

/// <summary>
/// Makes a data folder of a plan. Every byte is checked before it counts: MANIFEST, which makes it a data folder, is written last. What
/// throws leaves a folder that no broker opens and no restore takes. One thread, once; takes the memory of one segment.
/// </summary>
internal sealed class RestoreJob
{
    private const int PieceBytes = 1024 * 1024;

    private static readonly DiskPath LockFile = new("LOCK");
    private static readonly DiskPath Slices = new("slices");

    private readonly BackupFolder _from;
    private readonly IDisk _to;
    private readonly RestorePlan _plan;
    private readonly List<SegmentEntry> _entries = [];
    private BackupSegment? _last;
    private LogPosition _end;
    private Timestamp _endTime;
    private long _bytes;

    public RestoreJob(BackupFolder from, IDisk to, RestorePlan plan)
    {
        _from = from;
        _to = to;
        _plan = plan;
    }

    /// <summary>Bytes written so far. For any thread.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Restores.</summary>
    /// <param name="epoch">Durable as given to this folder alone.</param>
    /// <param name="cancellation">Ends it between two files.</param>
    /// <exception cref="StoreException">RestoreFolderNotEmpty, BackupDamaged, RestorePointInvalid.</exception>
    public RestoreReport Run(Epoch epoch, CancellationToken cancellation)
    {
        CheckEmpty(_to);
        using IDisposable held = _to.LockExclusive(LockFile);
        _to.CreateFolder(SegmentFileId.Folder);
        _to.CreateFolder(StoreFolder.Checkpoints);
        _to.CreateFolder(Slices);
        RestoreLog(cancellation);
        Restore(_plan.Base.CheckpointFile, StoreFolder.CheckpointPath(_plan.Base.Checkpoint));
        foreach (BackupFile slice in _plan.Base.Slices)
        {
            cancellation.ThrowIfCancellationRequested();
            Restore(slice, Slices / $"{slice.Path.Name.Split('-')[0]}.slice");
        }

        foreach (DiskPath folder in new[] { SegmentFileId.Folder, StoreFolder.Checkpoints, Slices, DiskPath.Root })
        {
            _to.SyncFolder(folder);
        }

        new ManifestStore(_to).Write(ManifestUnder(epoch));
        return new RestoreReport { Backup = _plan.Base.Number, End = _end, EndTime = _endTime, Epoch = epoch, Bytes = _bytes };
    }

    /// <summary>Refuses a folder that has anything of a data folder in it.</summary>
    public static void CheckEmpty(IDisk to)
    {
        DiskPath[] ours = [new("MANIFEST"), SegmentFileId.Folder, StoreFolder.Checkpoints, StoreFolder.Index, Slices, new("summaries")];
        if (ours.FirstOrDefault(path => to.Exists(path), DiskPath.Root) is { IsRoot: false } taken)
        {
            throw new StoreException(ErrorCode.RestoreFolderNotEmpty, $"The folder that is to be restored into has '{taken}' already. Give an empty one.");
        }
    }

    private void RestoreLog(CancellationToken cancellation)
    {
        using NativeBuffer buffer = new(_plan.Base.Origin.SegmentBytes);
        bool isPast = false;
        foreach (BackupSegment segment in _plan.Segments)
        {
            cancellation.ThrowIfCancellationRequested();
            if (isPast)
            {
                break;
            }

            int end = Load(segment, buffer.Span);
            bool isReplayed = segment.Number.CompareTo(_plan.Base.ReplayFrom.Segment) >= 0;
            if (isReplayed)
            {
                CheckFollows(segment);
                ScannedSegment scanned = Scan(segment, buffer.Span[..]);
                isPast = scanned.IsPastLimit;
                end = isPast ? scanned.End : end;
                if (scanned.First == LogPosition.None)
                {
                    continue;
                }

                (_end, _endTime) = (scanned.Last, scanned.LastTime);
            }

            Write(segment, buffer.Span[..end]);
            _last = segment;
        }
    }

    // Every byte at its own place; returns the byte after the last.
    private int Load(BackupSegment segment, Span<byte> buffer)
    {
        int end = checked(segment.From + (int)segment.File.LengthBytes);
        using IDiskFile file = OpenWhole(segment.File);
        Span<byte> bytes = buffer[segment.From..end];
        if (file.Read(0, bytes) != bytes.Length || Checksum.Of(bytes) != segment.File.Crc)
        {
            throw Damaged(segment.File);
        }

        buffer[end..].Clear();
        return end;
    }

    private ScannedSegment Scan(BackupSegment segment, ReadOnlySpan<byte> bytes)
    {
        int end = _plan.Segments.Where(other => other.Number == segment.Number && other.From > segment.From).Select(other => other.From).DefaultIfEmpty(bytes.Length).Min();
        TailSegment tail = new(segment.Number, default, GenerationOf(segment), segment.From) { End = end };
        return ScannedSegment.Of(_from.Disk, tail, bytes, segment.First, _plan.Limit);
    }

    // Within one backup a gap is what had rotted in the data folder, and an opening reports it. Between two it is what was recycled.
    private void CheckFollows(BackupSegment segment)
    {
        bool isGap = _last is { } last && last.Number.CompareTo(_plan.Base.ReplayFrom.Segment) >= 0 && segment.First.Number > last.Last.Number + 1;
        if (isGap && _plan.Base != _plan.Log)
        {
            throw new StoreException(
                ErrorCode.RestorePointInvalid,
                $"Between backup {_plan.Base.Number} and {_plan.Log.Number} the log from {_last!.Last} to {segment.First} was recycled before it was copied, so this point cannot be reached. The ends of the two can: give --backup.");
        }
    }

    private void Write(BackupSegment segment, ReadOnlySpan<byte> bytes)
    {
        SegmentFileId file = new((uint)_entries.Count + 1);
        Generation generation = GenerationOf(segment);
        using IDiskFile to = _to.Open(file.Path, DiskOpen.CreateNew);
        new SegmentHeader(segment.Number, generation, _plan.Base.Origin.SegmentBytes, _plan.Base.Origin.Partition).WriteTo(to);
        for (int at = segment.From; at < bytes.Length; at += PieceBytes)
        {
            ReadOnlySpan<byte> piece = bytes[at..Math.Min(at + PieceBytes, bytes.Length)];
            to.Write(at, piece);
            Interlocked.Add(ref _bytes, piece.Length);
        }

        to.Sync();
        _entries.Add(new SegmentEntry(segment.Number, file, generation, segment.From, segment.First));
    }

    private void Restore(BackupFile copy, DiskPath to)
    {
        using IDiskFile from = OpenWhole(copy);
        using IDiskFile file = _to.Open(to, DiskOpen.CreateNew);
        byte[] piece = new byte[PieceBytes];
        uint crc = 0;
        long at = 0;
        for (int read = from.Read(0, piece); read > 0; read = from.Read(at, piece))
        {
            crc = Checksum.Continue(crc, piece.AsSpan(0, read));
            file.Write(at, piece.AsSpan(0, read));
            at += read;
            Interlocked.Add(ref _bytes, read);
        }

        file.Sync();
        if (crc != copy.Crc || at != copy.LengthBytes)
        {
            throw Damaged(copy);
        }
    }

    private IDiskFile OpenWhole(BackupFile copy)
    {
        if (!_from.Disk.Exists(copy.Path))
        {
            throw new StoreException(ErrorCode.BackupDamaged, $"The backup's file {copy.Path} is missing. Restore from a backup that does not need it: forewave backup verify says which.");
        }

        IDiskFile file = _from.Disk.Open(copy.Path, DiskOpen.ReadOnly);
        if (file.Length == copy.LengthBytes)
        {
            return file;
        }

        file.Dispose();
        throw Damaged(copy);
    }

    private static StoreException Damaged(BackupFile copy) => new(
        ErrorCode.BackupDamaged, $"The backup's file {copy.Path} is not what was written. Restore from a backup that does not need it: forewave backup verify says which.");

    private Generation GenerationOf(BackupSegment segment) => new(segment.Generation, new FolderSalt(_plan.Base.Origin.Salt));

    private Manifest ManifestUnder(Epoch epoch) => new()
    {
        Partition = _plan.Base.Origin.Partition,
        SegmentBytes = _plan.Base.Origin.SegmentBytes,
        Epoch = epoch,
        RestoredAt = epoch,
        NextGeneration = new Generation(_plan.NextGeneration, new FolderSalt(_plan.Base.Origin.Salt)),
        NextSegment = new SegmentNumber(Math.Max(_plan.Base.NextSegment.Value, _plan.Log.NextSegment.Value)),
        Checkpoint = _plan.Base.Checkpoint,
        ReplayFrom = _plan.Base.ReplayFrom,
        ReplayPosition = _plan.Base.ReplayPosition,
        Segments = [.. _entries],
    };
}
