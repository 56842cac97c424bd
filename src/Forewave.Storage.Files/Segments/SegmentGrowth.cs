using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Segments;

/// <summary>
/// Fills one new segment file with zeros, a piece at a time, so that the log's syncs never wait for all of it. One thread
/// uses it. After a thrown <see cref="DiskException"/> the file is gone.
/// </summary>
internal sealed class SegmentGrowth
{
    private const int SyncEveryBytes = 8 * 1024 * 1024;

    private readonly IDisk _disk;
    private readonly int _segmentBytes;
    private IDiskFile? _file;
    private SegmentFileId _id;
    private long _filled;
    private long _synced;

    public SegmentGrowth(IDisk disk, int segmentBytes)
    {
        _disk = disk;
        _segmentBytes = segmentBytes;
    }

    /// <summary>Fills the next piece of a file; true and the file when it is whole and its name durable.</summary>
    /// <param name="stepBytes">Size of the piece.</param>
    /// <param name="spares">Gives a new file's number.</param>
    /// <param name="whole">The file.</param>
    public bool Step(int stepBytes, SpareSegments spares, out SegmentFileId whole)
    {
        whole = default;
        try
        {
            if (_file is null)
            {
                _id = spares.NewFile();
                _file = _disk.Open(_id.Path, DiskOpen.CreateNew);
                (_filled, _synced) = (0, 0);
            }

            _filled = Math.Min(_filled + stepBytes, _segmentBytes);
            _file.Preallocate(_filled);
            bool isWhole = _filled == _segmentBytes;
            if (isWhole || _filled - _synced >= SyncEveryBytes)
            {
                _file.Sync();
                _synced = _filled;
            }

            if (!isWhole)
            {
                return false;
            }

            Close();
            _disk.SyncFolder(SegmentFileId.Folder);
            whole = _id;
            return true;
        }
        catch (DiskException)
        {
            Abandon();
            throw;
        }
    }

    /// <summary>Deletes a file that is not whole.</summary>
    public void Abandon()
    {
        if (_file is not null)
        {
            Close();
            _disk.Delete(_id.Path);
        }
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
