using System.Collections.Immutable;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Manifests;

namespace Forewave.Storage.Files.Segments;

/// <summary>
/// Gives files their use as segments of the log, and takes it away again: always header block first, then MANIFEST, then
/// records. Thread-safe; each call costs the syncs of MANIFEST.
/// </summary>
internal sealed class SegmentLog
{
    private readonly IDisk _disk;
    private readonly ManifestStore _manifest;
    private readonly SegmentTable _segments;

    public SegmentLog(IDisk disk, ManifestStore manifest, SegmentTable segments)
    {
        _disk = disk;
        _manifest = manifest;
        _segments = segments;
    }

    /// <summary>Makes a spare file the next segment of the log.</summary>
    public Segment Prepare(SegmentFileId file)
    {
        Segment? segment = null;
        try
        {
            _manifest.Update(Add);
        }
        catch
        {
            segment?.Parts[0].Handle?.Dispose();
            throw;
        }

        return segment ?? throw new InvalidOperationException("the manifest was not changed");

        Manifest Add(Manifest manifest)
        {
            segment = New(manifest, manifest.NextSegment, new SegmentPart(file, manifest.NextGeneration, SegmentLayout.HeaderBytes));
            SegmentEntry entry = new(segment.Number, file, segment.Generation, SegmentLayout.HeaderBytes, LogPosition.None);
            Manifest known = WithFirstPositions(manifest);
            return known with
            {
                NextSegment = manifest.NextSegment.Next,
                NextGeneration = manifest.NextGeneration.Next,
                Segments = known.Segments.Add(entry),
            };
        }
    }

    /// <summary>Changes MANIFEST, filling in what is known of the segments by now.</summary>
    public void Update(Func<Manifest, Manifest> change) => _manifest.Update(manifest => change(WithFirstPositions(manifest)));

    // The file's last use has left records in it: header and new generation are durable before MANIFEST names it.
    private Segment New(Manifest manifest, SegmentNumber number, SegmentPart part)
    {
        IDiskFile handle = _disk.Open(part.File.Path, DiskOpen.OpenExisting);
        try
        {
            new SegmentHeader(number, part.Generation, manifest.SegmentBytes, manifest.Partition).WriteTo(handle);
            handle.Sync();
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        part.Handle = handle;
        return new Segment(number, part);
    }

    private Manifest WithFirstPositions(Manifest manifest)
    {
        ImmutableArray<SegmentEntry>.Builder entries = manifest.Segments.ToBuilder();
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i].FirstPosition == LogPosition.None && _segments.Find(entries[i].Number) is { } segment)
            {
                entries[i] = entries[i] with { FirstPosition = segment.First };
            }
        }

        return manifest with { Segments = entries.ToImmutable() };
    }
}
