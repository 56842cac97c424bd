using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Slices;

/// <summary>An open slice. Thread-safe; closed when it was deleted and the last who reads has let go.</summary>
internal sealed class SliceFile
{
    /// <summary>Holds up a sync of the log by a millisecond or two: what a merge writes is a hundred times as much.</summary>
    public const int MostUnsyncedBytes = 512 * 1024;

    private readonly IDiskFile _file;
    private long _synced;
    private int _holds = 1;

    public SliceFile(IDiskFile file)
    {
        _file = file;
        Length = _synced = file.Length;
    }

    /// <summary>Bytes written; its writer's.</summary>
    public long Length { get; private set; }

    /// <summary>Holds it open. False: it is closed.</summary>
    public bool TryHold()
    {
        int holds;
        do
        {
            holds = Volatile.Read(ref _holds);
            if (holds == 0)
            {
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _holds, holds + 1, holds) != holds);
        return true;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
        {
            _file.Dispose();
        }
    }

    /// <summary>
    /// Writes behind what is there. Syncs a little at a time: the checkpoint's sync, which a slice counts from, would write all of it
    /// at once, and the log's sync would wait behind that.
    /// </summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _file.Write(Length, bytes);
        Length += bytes.Length;
        if (Length - _synced >= MostUnsyncedBytes)
        {
            _file.Sync();
            _synced = Length;
        }
    }

    public void Sync() => _file.Sync();

    public bool TryRead(long offset, Span<byte> into) => _file.Read(offset, into) == into.Length;
}
