using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.GroupCommit;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Backups;

/// <summary>The folder of a store that runs.</summary>
internal sealed class RunningSource : IBackupSource
{
    private readonly RecoveryParts _parts;
    private readonly CommitQueue _answers;
    private readonly Gather _gather;

    public RunningSource(IDisk disk, RecoveryParts parts, CommitQueue answers, Gather gather)
    {
        Disk = disk;
        _parts = parts;
        _answers = answers;
        _gather = gather;
    }

    public IDisk Disk { get; }

    public Manifest Manifest => _parts.Manifests.Current;

    public LogPosition Committed => _answers.Waiters.Committed;

    public bool IsFull => _gather.IsDiskFull;

    public SegmentUse UseOf(SegmentNumber number) => _parts.Segments.Find(number) switch
    {
        null => SegmentUse.None,
        { IsSealed: true } => SegmentUse.Sealed,
        _ => SegmentUse.Active,
    };

    public bool TryHold(SegmentNumber number) => _parts.Segments.TryHold(number);

    public void Release(SegmentNumber number)
    {
        if (_parts.Segments.Find(number) is { } segment)
        {
            _parts.Segments.Release(segment);
        }
    }
}
