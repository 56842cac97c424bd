using System.Buffers.Binary;
using System.Security.Cryptography;
using Forewave.Protocol;
using Forewave.Storage.Files.Checkpoints;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Recovery;

/// <summary>
/// The folder as recovery finds it: locks it, makes what is missing in a new one, raises the epoch, sorts out what files are
/// of use. One thread. Disposing gives the lock back.
/// </summary>
internal sealed class StoreFolder : IDisposable
{
    /// <summary>Where checkpoints are.</summary>
    public static readonly DiskPath Checkpoints = new("checkpoints");

    /// <summary>Where the index blocks are.</summary>
    public static readonly DiskPath Index = new("index");

    // Generations that a recovery may give to files before MANIFEST is written again: a crash in between must not lead to
    // another file being written under the same number.
    private const int SpareGenerations = 16;

    private static readonly DiskPath LockFile = new("LOCK");

    private readonly FilesStoreOptions _options;
    private readonly IDisk _disk;
    private IDisposable? _lock;

    public StoreFolder(FilesStoreOptions options)
    {
        _options = options;
        _disk = options.Disk;
    }

    /// <summary>Locks the folder and returns its manifest under a new epoch, which is durable already.</summary>
    /// <exception cref="StoreException">The folder is damaged, of another format, or of another partition.</exception>
    public Manifest Open(ManifestStore manifests)
    {
        _lock = _disk.LockExclusive(LockFile);
        Manifest manifest = manifests.Read() ?? Found();
        CheckFits(manifest);
        Manifest opened = manifest with
        {
            Epoch = EpochAfter(manifest.Epoch),
            NextGeneration = manifest.NextGeneration.Plus((uint)manifest.Segments.Length + SpareGenerations),
        };
        manifests.Write(opened);

        // The generations that were reserved are this recovery's to give.
        return opened with { NextGeneration = manifest.NextGeneration };
    }

    /// <summary>Gives the files that no segment uses to the spares and deletes checkpoints before the last two.</summary>
    public void CollectSpares(Manifest manifest, SpareSegments spares)
    {
        HashSet<SegmentFileId> used = [.. manifest.Segments.Select(entry => entry.File)];
        foreach (DiskPath path in _disk.List(SegmentFileId.Folder))
        {
            if (!SegmentFileId.TryParse(path, out SegmentFileId file))
            {
                continue;
            }

            spares.NoteExisting(file);
            if (!used.Contains(file))
            {
                spares.Return(file);
            }
        }

        DeleteOldCheckpoints(manifest);
    }

    /// <summary>Deletes a checkpoint.</summary>
    public void DeleteCheckpoint(ulong number)
    {
        if (_disk.Exists(CheckpointPath(number)))
        {
            _disk.Delete(CheckpointPath(number));
        }
    }

    /// <summary>The file of a checkpoint.</summary>
    public static DiskPath CheckpointPath(ulong number) => Checkpoints / $"{number:x16}.checkpoint";

    public void Dispose()
    {
        _lock?.Dispose();
        _lock = null;
    }

    private Epoch EpochAfter(Epoch last)
    {
        Epoch next = _options.Epoch == Epoch.None ? last.Next : _options.Epoch;
        return next > last
            ? next
            : throw new StoreException(
                ErrorCode.NotOwner, $"The data folder was served under epoch {last}, and the record of partition {_options.Partition} gave {next}.");
    }

    private void DeleteOldCheckpoints(Manifest manifest)
    {
        DiskPath last = CheckpointPath(manifest.Checkpoint);
        DiskPath before = CheckpointPath(Math.Max(manifest.Checkpoint, 1) - 1);
        foreach (DiskPath path in _disk.List(Checkpoints).Where(path => path != last && path != before))
        {
            _disk.Delete(path);
        }
    }

    private Manifest Found()
    {
        bool hasSegments = _disk.Exists(SegmentFileId.Folder) && _disk.List(SegmentFileId.Folder).Count > 0;
        if (hasSegments)
        {
            throw new StoreException(
                ErrorCode.LogDamaged,
                "The data folder has segments but no MANIFEST, so their order is not known. Restore the folder from a backup, or give an empty one.");
        }

        _disk.CreateFolder(SegmentFileId.Folder);
        _disk.CreateFolder(Checkpoints);
        WriteFirstCheckpoint();
        _disk.SyncFolder(DiskPath.Root);
        return new Manifest
        {
            Partition = _options.Partition,
            SegmentBytes = _options.SegmentBytes,
            NextGeneration = new Generation(1, new FolderSalt(BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(sizeof(uint))))),
        };
    }

    // The one before the first: it says that the log has been whole from its first record on.
    private void WriteFirstCheckpoint()
    {
        DiskPath path = CheckpointPath(0);
        if (_disk.Exists(path))
        {
            _disk.Delete(path);
        }

        using CheckpointWriter writer = new(_disk, path);
        ReplayStart.Beginning.WriteTo(writer);
        writer.Finish();
        _disk.SyncFolder(Checkpoints);
    }

    private void CheckFits(Manifest manifest)
    {
        if (manifest.Partition != _options.Partition)
        {
            throw new StoreException(
                ErrorCode.FolderUnusable,
                $"The data folder belongs to partition {manifest.Partition}, this broker is partition {_options.Partition}. Give each its own folder.");
        }

        if (manifest.SegmentBytes != _options.SegmentBytes)
        {
            throw new StoreException(
                ErrorCode.FolderUnusable,
                $"The data folder has segments of {manifest.SegmentBytes} bytes, {_options.SegmentBytes} are configured. Set the size that the folder was made with.");
        }
    }
}
