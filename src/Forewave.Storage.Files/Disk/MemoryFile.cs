namespace Forewave.Storage.Files.Disk;

/// <summary>
/// A file of a <see cref="MemoryDisk"/>, shared by its handles. Thread-safe; the length grows only when the bytes are
/// in place, so a reader never sees the end of a file before its bytes.
/// </summary>
internal sealed class MemoryFile(DiskSpace space)
{
    private const int ChunkBytes = 64 * 1024;

    private readonly Lock _changingLength = new();
    private readonly SparseBytes _bytes = new(ChunkBytes);
    private long _length;

    internal SpaceClaim Space { get; } = new(space);

    internal long Length => Volatile.Read(ref _length);

    internal long MaterialisedBytes => _bytes.MaterialisedBytes;

    /// <summary>Returns false, and writes nothing, when the disk is full.</summary>
    internal bool TryWrite(long offset, ReadOnlySpan<byte> bytes)
    {
        long end = checked(offset + bytes.Length);
        if (end > Length && !bytes.IsEmpty && !Space.TryGrowTo(end))
            return false;

        _bytes.Write(offset, bytes);
        if (end > Length && !bytes.IsEmpty)
            GrowTo(end);
        return true;
    }

    internal int Read(long offset, Span<byte> destination)
    {
        int count = (int)Math.Clamp(Length - offset, 0, destination.Length);
        _bytes.Read(offset, destination[..count]);
        return count;
    }

    /// <summary>Returns false, and changes nothing, when the disk is full.</summary>
    internal bool TryPreallocate(long lengthBytes)
    {
        if (!Space.TryGrowTo(lengthBytes))
            return false;

        GrowTo(lengthBytes);
        return true;
    }

    internal void Truncate(long lengthBytes)
    {
        lock (_changingLength)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthBytes, _length);
            Volatile.Write(ref _length, lengthBytes);
            _bytes.CutAt(lengthBytes);
            Space.ShrinkTo(lengthBytes);
        }
    }

    private void GrowTo(long length)
    {
        lock (_changingLength)
            Volatile.Write(ref _length, Math.Max(_length, length));
    }
}
