using System.Runtime.InteropServices;

namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>An open file of a <see cref="PowerLossDisk"/>. Thread-safe by the lock of its disk.</summary>
internal sealed class SimulatedFileHandle : IDiskFile
{
    private readonly PowerLossDisk _disk;
    private readonly SimulatedFile _file;
    private readonly bool _isWritable;
    private bool _isDisposed;

    /// <summary>Called under the disk's lock.</summary>
    internal SimulatedFileHandle(PowerLossDisk disk, DiskPath path, SimulatedFile file, bool isWritable)
    {
        _disk = disk;
        _file = file;
        _isWritable = isWritable;
        Path = path;
        file.Space.AddUse();
    }

    public DiskPath Path { get; }

    public long Length
    {
        get
        {
            lock (_disk.Gate)
            {
                CheckOpen();
                return _file.Length;
            }
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        ByteRange range = new() { Offset = offset, LengthBytes = bytes.Length };
        lock (_disk.Gate)
        {
            CheckWritable();
            DiskOperation operation = _disk.Begin(DiskOperationKind.Write, Path, range);
            if (_disk.Faults.Writes.Next() is { } errno)
                FailWrite(offset, bytes, errno);
            if (!bytes.IsEmpty && !_file.Space.TryGrowTo(range.End))
                FailWrite(offset, bytes, Errno.NoSpace);

            _file.Write(offset, bytes);
            _disk.End(operation);
        }
    }

    public void WriteGather(long offset, ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        // One operation, as it is one call of the real disk.
        List<byte> bytes = [];
        foreach (ReadOnlyMemory<byte> piece in pieces)
            bytes.AddRange(piece.Span);
        Write(offset, CollectionsMarshal.AsSpan(bytes));
    }

    public int Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        lock (_disk.Gate)
        {
            CheckOpen();
            return _file.Read(offset, destination);
        }
    }

    public void Preallocate(long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        lock (_disk.Gate)
        {
            CheckWritable();
            if (lengthBytes <= _file.Length)
                return;

            DiskOperation operation = _disk.Begin(DiskOperationKind.Preallocate, Path, new ByteRange { Offset = 0, LengthBytes = lengthBytes });
            if (_disk.Faults.Writes.Next() is { } errno)
                throw new DiskException(DiskOperationKind.Preallocate, Path, errno);
            if (!_file.Space.TryGrowTo(lengthBytes))
                throw new DiskException(DiskOperationKind.Preallocate, Path, Errno.NoSpace);

            _file.GrowTo(lengthBytes);
            _disk.End(operation);
        }
    }

    public void Truncate(long lengthBytes)
    {
        ByteRange range = new() { Offset = 0, LengthBytes = lengthBytes };
        lock (_disk.Gate)
        {
            CheckWritable();
            ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthBytes, _file.Length);
            DiskOperation operation = _disk.Begin(DiskOperationKind.Truncate, Path, range);
            _file.Truncate(lengthBytes);
            _disk.End(operation);
        }
    }

    public void Sync()
    {
        _disk.CheckPower();
        _disk.Faults.WaitBeforeSync();
        lock (_disk.Gate)
        {
            CheckOpen();
            DiskOperation operation = _disk.Begin(DiskOperationKind.Sync, Path, default);
            if (_disk.Faults.Syncs.Next() is { } errno)
            {
                _file.FailSync(_disk.ChoiceFor("sync", Path));
                throw new DiskException(DiskOperationKind.Sync, Path, errno);
            }

            _file.Sync();
            _disk.End(operation);
        }
    }

    public void AdviseSequential() => _ = Length;

    public void AdviseDontNeed(ByteRange range) => _ = Length;

    public void Dispose()
    {
        lock (_disk.Gate)
        {
            if (!_isDisposed)
                _file.Space.DropUse();
            _isDisposed = true;
        }
    }

    /// <summary>A part of the bytes goes through, as it may on Linux; then the error.</summary>
    private void FailWrite(long offset, ReadOnlySpan<byte> bytes, Errno errno)
    {
        int writtenBytes = _disk.ChoiceFor("write", Path).Below(bytes.Length + 1);
        if (writtenBytes > 0 && _file.Space.TryGrowTo(offset + writtenBytes))
            _file.Write(offset, bytes[..writtenBytes]);
        throw new DiskException(DiskOperationKind.Write, Path, errno);
    }

    private void CheckOpen()
    {
        _disk.CheckPower();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
    }

    private void CheckWritable()
    {
        CheckOpen();
        if (!_isWritable)
            throw new InvalidOperationException($"'{Path}' was opened read-only; open it with {nameof(DiskOpen.OpenExisting)}.");
    }
}
