namespace Forewave.Storage.Files.Disk;

/// <summary>An open file of a <see cref="MemoryDisk"/>. Thread-safe.</summary>
internal sealed class MemoryFileHandle : IDiskFile
{
    private readonly MemoryFile _file;
    private readonly bool _isWritable;
    private int _isDisposed;

    internal MemoryFileHandle(DiskPath path, MemoryFile file, bool isWritable)
    {
        Path = path;
        _file = file;
        _isWritable = isWritable;
        file.Space.AddUse();
    }

    public DiskPath Path { get; }

    public long Length
    {
        get
        {
            CheckOpen();
            return _file.Length;
        }
    }

    /// <summary>Bytes of memory that the file takes.</summary>
    internal long MaterialisedBytes => _file.MaterialisedBytes;

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        CheckWritable();
        if (!_file.TryWrite(offset, bytes))
            throw new DiskException(DiskOperationKind.Write, Path, Errno.NoSpace);
    }

    public void WriteGather(long offset, ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            Write(offset, piece.Span);
            offset += piece.Length;
        }
    }

    public int Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        CheckOpen();
        return _file.Read(offset, destination);
    }

    public void Preallocate(long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        CheckWritable();
        if (!_file.TryPreallocate(lengthBytes))
            throw new DiskException(DiskOperationKind.Preallocate, Path, Errno.NoSpace);
    }

    public void Truncate(long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        CheckWritable();
        _file.Truncate(lengthBytes);
    }

    // Memory is as durable as it gets; the barrier keeps the order that a sync promises.
    public void Sync()
    {
        CheckOpen();
        Interlocked.MemoryBarrier();
    }

    public void AdviseSequential() => CheckOpen();

    public void AdviseDontNeed(ByteRange range) => CheckOpen();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            _file.Space.DropUse();
    }

    private void CheckOpen() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);

    private void CheckWritable()
    {
        CheckOpen();
        if (!_isWritable)
            throw new InvalidOperationException($"'{Path}' was opened read-only; open it with {nameof(DiskOpen.OpenExisting)}.");
    }
}
