using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Segments;

/// <summary>Segment files that belong to no segment: filled with zeros, or with what a recycled segment held. Thread-safe.</summary>
internal sealed class SpareSegments
{
    private readonly Lock _lock = new();
    private readonly IDisk _disk;
    private readonly int _segmentBytes;
    private readonly Queue<SegmentFileId> _files = new();
    private uint _nextFile = 1;

    public SpareSegments(IDisk disk, int segmentBytes)
    {
        _disk = disk;
        _segmentBytes = segmentBytes;
    }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _files.Count;
            }
        }
    }

    /// <summary>A file of this number exists: it is not given again.</summary>
    public void NoteExisting(SegmentFileId file)
    {
        lock (_lock)
        {
            _nextFile = Math.Max(_nextFile, checked(file.Value + 1));
        }
    }

    /// <summary>A number that no file has.</summary>
    public SegmentFileId NewFile()
    {
        lock (_lock)
        {
            return new SegmentFileId(_nextFile++);
        }
    }

    /// <summary>Adds a file that was just made, whole.</summary>
    public void Add(SegmentFileId file)
    {
        lock (_lock)
        {
            _files.Enqueue(file);
        }
    }

    /// <summary>
    /// Takes back a file that no segment uses; deletes it when it is not whole, or when there are <paramref name="enough"/>.
    /// </summary>
    public void Return(SegmentFileId file, int enough = int.MaxValue)
    {
        if (!_disk.Exists(file.Path))
        {
            return;
        }

        if (Count < enough && IsWhole(file.Path))
        {
            Add(file);
        }
        else
        {
            _disk.Delete(file.Path);
        }
    }

    /// <summary>Takes a file, if more than <paramref name="keep"/> are there.</summary>
    public bool TryTake(int keep, out SegmentFileId file)
    {
        lock (_lock)
        {
            file = default;
            return _files.Count > keep && _files.TryDequeue(out file);
        }
    }

    private bool IsWhole(DiskPath path)
    {
        using IDiskFile file = _disk.Open(path, DiskOpen.ReadOnly);
        return file.Length == _segmentBytes;
    }
}
