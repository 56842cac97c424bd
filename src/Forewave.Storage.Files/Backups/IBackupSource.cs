using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Backups;

/// <summary>A data folder that is backed up: one that a running store has open, or one that nobody else has. For one thread.</summary>
internal interface IBackupSource
{
    /// <summary>The data folder.</summary>
    IDisk Disk { get; }

    /// <summary>What the folder is now.</summary>
    Manifest Manifest { get; }

    /// <summary>Nothing later is copied.</summary>
    LogPosition Committed { get; }

    /// <summary>The disk of the log is full: what is held back from being recycled is needed.</summary>
    bool IsFull { get; }

    /// <summary>What becomes of a segment that MANIFEST names.</summary>
    SegmentUse UseOf(SegmentNumber number);

    /// <summary>Keeps a segment from being recycled until it is released; false: it is recycled already.</summary>
    bool TryHold(SegmentNumber number);

    /// <summary>It may be recycled.</summary>
    void Release(SegmentNumber number);
}
