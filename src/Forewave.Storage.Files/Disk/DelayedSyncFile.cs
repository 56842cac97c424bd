namespace Forewave.Storage.Files.Disk;

/// <summary>An open file of a <see cref="DelayedSyncDisk"/>; owns the file inside. Thread-safe as that one.</summary>
internal sealed class DelayedSyncFile(IDiskFile inner, DelayedSyncDisk disk) : IDiskFile
{
    public DiskPath Path => inner.Path;

    public long Length => inner.Length;

    public void Write(long offset, ReadOnlySpan<byte> bytes) => inner.Write(offset, bytes);

    public void WriteGather(long offset, ReadOnlySpan<ReadOnlyMemory<byte>> pieces) => inner.WriteGather(offset, pieces);

    public int Read(long offset, Span<byte> destination) => inner.Read(offset, destination);

    public void Preallocate(long lengthBytes) => inner.Preallocate(lengthBytes);

    public void Truncate(long lengthBytes) => inner.Truncate(lengthBytes);

    public void Sync()
    {
        disk.PassAddedTime();
        inner.Sync();
    }

    public void AdviseSequential() => inner.AdviseSequential();

    public void AdviseDontNeed(ByteRange range) => inner.AdviseDontNeed(range);

    public void Dispose() => inner.Dispose();
}
