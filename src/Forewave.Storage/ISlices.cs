namespace Forewave.Storage;

/// <summary>
/// Pages beside the log that are written once, front to back, and read anywhere: what the engine keeps of the log in an order
/// of its own, when memory cannot hold it. The bytes are the engine's, with checksums of its own. A slice counts when a
/// checkpoint names it: whoever names it syncs it first.
/// <para>
/// Thread-safe; one slice has one writer. Usable during recovery too, but for <see cref="ReadAsync"/>. All but that block on
/// the disk: they are for threads that may.
/// </para>
/// </summary>
public interface ISlices
{
    /// <summary>Bytes of all slices.</summary>
    long DiskBytes { get; }

    /// <summary>Bytes of one owner's slices.</summary>
    long DiskBytesOf(SliceOwner owner);

    /// <summary>
    /// After an opening: deletes what an owner does not use. Returns the highest number of its slices that was found, or
    /// <see cref="SliceNumber.Before"/>.
    /// </summary>
    /// <param name="owner">Whose slices; those of others stay.</param>
    /// <param name="used">What the last checkpoint names. One that is missing is found missing when it is read.</param>
    /// <exception cref="StoreException">The folder cannot be used.</exception>
    SliceNumber KeepOnly(SliceOwner owner, IReadOnlySet<SliceNumber> used);

    /// <summary>Adds pages at the end of a slice; the first call makes it.</summary>
    /// <param name="slice">Which.</param>
    /// <param name="pages">Whole pages.</param>
    /// <exception cref="StoreException">DiskFull: the slice is to be deleted. Else the partition has to stop.</exception>
    void Append(SliceNumber slice, ReadOnlySpan<byte> pages);

    /// <summary>Makes slices and their names durable.</summary>
    /// <exception cref="StoreException">Nobody knows what of them is on disk: the partition has to stop.</exception>
    void Sync(IReadOnlyCollection<SliceNumber> slices);

    /// <summary>Reads consecutive pages. False: the slice was deleted.</summary>
    /// <exception cref="StoreException">The pages cannot be read.</exception>
    bool Read(SliceNumber slice, SlicePage first, Span<byte> pages);

    /// <summary>Reads pages, never on the caller's thread. False: one of the slices was deleted meanwhile.</summary>
    /// <exception cref="StoreException">A page cannot be read.</exception>
    ValueTask<bool> ReadAsync(ReadOnlyMemory<SliceRead> reads, CancellationToken cancellation);

    /// <summary>Deletes a slice; nothing when there is none. Reads that have begun are finished.</summary>
    void Delete(SliceNumber slice);
}
