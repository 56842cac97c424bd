using System.Buffers;
using Forewave.Storage.Files.Disk.Interop;
using Microsoft.Win32.SafeHandles;

namespace Forewave.Storage.Files.Disk;

/// <summary>
/// An open file of a <see cref="PosixDisk"/>: positional calls on one descriptor, so any thread may call at any time.
/// </summary>
/// <remarks>
/// Calls cut short by a signal are made again, short writes and reads go on where they stopped. Disposing while a call
/// runs lets that call finish; later ones throw <see cref="ObjectDisposedException"/>. The hot calls do not allocate.
/// </remarks>
internal sealed class PosixFile : IDiskFile
{
    private const int ZeroBytes = 256 * 1024;

    private static readonly byte[] Zeros = new byte[ZeroBytes];

    private readonly SafeFileHandle _handle;
    private readonly bool _isWritable;

    internal PosixFile(DiskPath path, SafeFileHandle handle, bool isWritable)
    {
        Path = path;
        _handle = handle;
        _isWritable = isWritable;
    }

    public DiskPath Path { get; }

    public long Length
    {
        get
        {
            long length = LibC.Seek(_handle, 0, LibC.SeekEnd);
            return length >= 0 ? length : throw new DiskException(DiskOperationKind.Inspect, Path, LibC.LastError);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        CheckWritable();
        WriteAll(offset, bytes, DiskOperationKind.Write);
    }

    public void WriteGather(long offset, ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        CheckWritable();
        while (!pieces.IsEmpty)
        {
            int count = Math.Min(pieces.Length, PinnedPieces.Capacity);
            offset += WritePinned(offset, pieces[..count]);
            pieces = pieces[count..];
        }
    }

    public unsafe int Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int done = 0;
        fixed (byte* start = destination)
        {
            while (done < destination.Length)
            {
                nint count = LibC.Read(_handle, start + done, (nuint)(destination.Length - done), offset + done);
                if (count == 0)
                    break;
                if (count > 0)
                    done += (int)count;
                else if (!LibC.WasInterrupted)
                    throw new DiskException(DiskOperationKind.Read, Path, LibC.LastError);
            }
        }

        return done;
    }

    public void Preallocate(long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        CheckWritable();
        long written = Length;
        if (written >= lengthBytes)
            return;

        Reserve(new ByteRange { Offset = written, LengthBytes = lengthBytes - written });
        written = FillDirectly(written, new ByteCount(lengthBytes - written));
        while (written < lengthBytes)
        {
            int count = (int)Math.Min(ZeroBytes, lengthBytes - written);
            WriteAll(written, Zeros.AsSpan(0, count), DiskOperationKind.Preallocate);
            written += count;
        }
    }

    public void Truncate(long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lengthBytes, Length);
        CheckWritable();
        int result;
        do
        {
            result = LibC.Truncate(_handle, lengthBytes);
        }
        while (result != 0 && LibC.WasInterrupted);

        if (result != 0)
            throw new DiskException(DiskOperationKind.Truncate, Path, LibC.LastError);
    }

    public void Sync()
    {
        int result;
        do
        {
            result = LibC.SyncData(_handle);
        }
        while (result != 0 && LibC.WasInterrupted);

        if (result != 0)
            throw new DiskException(DiskOperationKind.Sync, Path, LibC.LastError);
    }

    // Advice that the file system does not take changes nothing but speed: its result is no error.
    public void AdviseSequential() => _ = LibC.Advise(_handle, 0, 0, LibC.AdviceSequential);

    public void AdviseDontNeed(ByteRange range)
    {
        // To the kernel a length of zero means "to the end of the file".
        if (range.LengthBytes > 0)
            _ = LibC.Advise(_handle, range.Offset, range.LengthBytes, LibC.AdviceDontNeed);
    }

    public void Dispose() => _handle.Dispose();

    private unsafe void WriteAll(long offset, ReadOnlySpan<byte> bytes, DiskOperationKind operation)
    {
        fixed (byte* start = bytes)
        {
            int done = 0;
            while (done < bytes.Length)
            {
                nint count = LibC.Write(_handle, start + done, (nuint)(bytes.Length - done), offset + done);
                done += CheckWritten(count, operation);
            }
        }
    }

    private unsafe long WritePinned(long offset, ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        PinnedPieces pins = default;
        IoVector* vectors = stackalloc IoVector[PinnedPieces.Capacity];
        Span<MemoryHandle> handles = pins;
        long length = 0;
        try
        {
            for (int i = 0; i < pieces.Length; i++)
            {
                handles[i] = pieces[i].Pin();
                vectors[i] = new IoVector { Start = (byte*)handles[i].Pointer, LengthBytes = (nuint)pieces[i].Length };
                length += pieces[i].Length;
            }

            WriteVectors(offset, new Span<IoVector>(vectors, pieces.Length));
        }
        finally
        {
            foreach (ref MemoryHandle handle in handles[..pieces.Length])
                handle.Dispose();
        }

        return length;
    }

    private unsafe void WriteVectors(long offset, Span<IoVector> vectors)
    {
        vectors = Advance(vectors, 0);
        while (!vectors.IsEmpty)
        {
            int count;
            fixed (IoVector* first = vectors)
            {
                nint result = LibC.WriteVector(_handle, first, vectors.Length, offset);
                count = CheckWritten(result, DiskOperationKind.Write);
            }

            offset += count;
            vectors = Advance(vectors, (nuint)count);
        }
    }

    /// <summary>What is left of the vectors once so many bytes are written; empty pieces at the front go too.</summary>
    private static unsafe Span<IoVector> Advance(Span<IoVector> vectors, nuint writtenBytes)
    {
        while (!vectors.IsEmpty && vectors[0].LengthBytes <= writtenBytes)
        {
            writtenBytes -= vectors[0].LengthBytes;
            vectors = vectors[1..];
        }

        if (!vectors.IsEmpty)
        {
            vectors[0].Start += writtenBytes;
            vectors[0].LengthBytes -= writtenBytes;
        }

        return vectors;
    }

    /// <summary>Bytes that a write call took, 0 to try again.</summary>
    private int CheckWritten(nint result, DiskOperationKind operation)
    {
        if (result > 0)
            return (int)result;
        if (result < 0 && LibC.WasInterrupted)
            return 0;

        // No bytes and no error is not specified for files; going on would loop for ever.
        throw new DiskException(operation, Path, result == 0 ? Errno.InputOutput : LibC.LastError);
    }

    /// <summary>
    /// Takes the blocks in one go: a full disk is found before anything is written, and the file lies in few pieces.
    /// The length stays, so that it always tells how far the zeros are.
    /// </summary>
    private void Reserve(ByteRange range)
    {
        int result;
        do
        {
            result = LibC.Allocate(_handle, LibC.FallocateKeepSize, range.Offset, range.LengthBytes);
        }
        while (result != 0 && LibC.WasInterrupted);

        if (result != 0 && LibC.LastError != Errno.NotSupported)
            throw new DiskException(DiskOperationKind.Preallocate, Path, LibC.LastError);
    }

    /// <summary>Writes whole pages of zeros past the page cache, as far as that goes; returns where it stopped.</summary>
    private long FillDirectly(long offset, ByteCount fill)
    {
        long end = offset + (fill.Value / DirectZeros.AlignmentBytes * DirectZeros.AlignmentBytes);
        if (offset % DirectZeros.AlignmentBytes != 0 || offset == end || DirectZeros.TryOpen(_handle) is not { } zeros)
            return offset;

        using (zeros)
        {
            while (offset < end)
            {
                nint count = zeros.Write(offset, new ByteCount(end - offset));
                if (count < 0 && LibC.LastError == Errno.Invalid)
                    break;
                offset += CheckWritten(count, DiskOperationKind.Preallocate);
            }
        }

        return offset;
    }

    private void CheckWritable()
    {
        if (!_isWritable)
            throw new InvalidOperationException($"'{Path}' was opened read-only; open it with {nameof(DiskOpen.OpenExisting)}.");
    }
}
