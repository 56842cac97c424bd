using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Slices;

/// <summary>An open slice. Thread-safe; closed when it was deleted and the last who reads has let go.</summary>
internal sealed class SliceFile
{
    private readonly IDiskFile _file;
    private int _holds = 1;

    public SliceFile(IDiskFile file)
    {
        _file = file;
        Length = file.Length;
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

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _file.Write(Length, bytes);
        Length += bytes.Length;
    }

    public void Sync() => _file.Sync();

    public bool TryRead(long offset, Span<byte> into) => _file.Read(offset, into) == into.Length;
}
