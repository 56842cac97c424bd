using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>A file of an <see cref="UnreadableDisk"/>.</summary>
internal sealed class UnreadableFile(UnreadableDisk disk, IDiskFile file) : IDiskFile
{
    public DiskPath Path => file.Path;

    public long Length => file.Length;

    public int Read(long offset, Span<byte> destination)
    {
        disk.CheckReadable(file.Path, new ByteRange { Offset = offset, LengthBytes = destination.Length });
        return file.Read(offset, destination);
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes) => file.Write(offset, bytes);

    public void WriteGather(long offset, ReadOnlySpan<ReadOnlyMemory<byte>> pieces) => file.WriteGather(offset, pieces);

    public void Preallocate(long lengthBytes) => file.Preallocate(lengthBytes);

    public void Truncate(long lengthBytes) => file.Truncate(lengthBytes);

    public void Sync() => file.Sync();

    public void AdviseSequential() => file.AdviseSequential();

    public void AdviseDontNeed(ByteRange range) => file.AdviseDontNeed(range);

    public void Dispose() => file.Dispose();
}
