namespace Forewave.Storage.Files.Disk;

/// <summary>
/// An open file on an <see cref="IDisk"/>, read and written by position.
/// </summary>
/// <remarks>
/// Any number of threads may read and write at the same time; a read that overlaps a write in progress sees any
/// mixture of old and new bytes. Buffers belong to the caller and are not used after a call returned.
/// <see cref="Write"/>, <see cref="WriteGather"/>, <see cref="Read"/> and <see cref="Sync"/> do not allocate.
/// Every error of the environment is a <see cref="DiskException"/>.
/// </remarks>
public interface IDiskFile : IDisposable
{
    /// <summary>The name by which the file was opened; a later rename does not change it.</summary>
    DiskPath Path { get; }

    /// <summary>Length in bytes, what was preallocated included. Costs one system call.</summary>
    long Length { get; }

    /// <summary>
    /// Writes all the bytes or throws; after a throw any part of them may have been written. Writing past the
    /// end grows the file, a gap reads as zeros. Nothing is durable before <see cref="Sync"/>.
    /// </summary>
    /// <exception cref="DiskException">
    /// <see cref="DiskErrorKind.DiskFull"/>, <see cref="DiskErrorKind.ReadOnly"/>, <see cref="DiskErrorKind.Failed"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">The file was opened with <see cref="DiskOpen.ReadOnly"/>.</exception>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Writes the pieces one after the other as if they were one; otherwise as <see cref="Write"/>. Cheapest with
    /// memory that is pinned already.
    /// </summary>
    void WriteGather(long offset, ReadOnlySpan<ReadOnlyMemory<byte>> pieces);

    /// <summary>
    /// Reads into the destination; returns the bytes read, fewer than asked for only at the end of the file.
    /// </summary>
    int Read(long offset, Span<byte> destination);

    /// <summary>
    /// Grows the file to at least this length with blocks that are really filled with zeros, so that overwriting
    /// them later changes no metadata and syncs faster. What was there stays. Costs writing the zeros; for
    /// a large file call it in steps with a <see cref="Sync"/> after each, or one later sync pays for all of it.
    /// After a throw the file may have any length in between; calling again goes on from there.
    /// </summary>
    void Preallocate(long lengthBytes);

    /// <summary>Cuts the file to this length; durable after <see cref="Sync"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The file is shorter than that.</exception>
    void Truncate(long lengthBytes);

    /// <summary>
    /// Makes all that was written, and the length, durable (fdatasync); not the name, see
    /// <see cref="IDisk.SyncFolder"/>. After a throw what was written since the last sync is lost or not, nobody
    /// knows, and a later sync that succeeds proves nothing about it: the kernel has marked the pages clean.
    /// </summary>
    void Sync();

    /// <summary>Hint that the file will be read from front to back. Never fails.</summary>
    void AdviseSequential();

    /// <summary>
    /// Hint that this range will not be read soon, so that the cache need not keep it. Bytes not yet synced stay.
    /// Never fails.
    /// </summary>
    void AdviseDontNeed(ByteRange range);
}
