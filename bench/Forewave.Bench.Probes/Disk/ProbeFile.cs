using System.Runtime.InteropServices;
using Forewave.Bench.Probes.Interop;
using Microsoft.Win32.SafeHandles;

namespace Forewave.Bench.Probes.Disk;

/// <summary>
/// A file that is written in order and synced after each write. One thread at a time. A failed call throws
/// <see cref="IOException"/> and leaves the file unusable for measuring.
/// </summary>
internal sealed class ProbeFile : IDisposable
{
    private const int ZeroesBytes = 1 << 20;

    private readonly SafeFileHandle _handle;
    private readonly WriteKind _kind;
    private readonly long _capacityBytes;
    private long _offset;

    private ProbeFile(SafeFileHandle handle, WriteKind kind, long capacityBytes)
    {
        _handle = handle;
        _kind = kind;
        _capacityBytes = capacityBytes;
    }

    /// <summary>
    /// Opens the file for <paramref name="kind"/>. An append starts with a file of no length, the others with one whose
    /// <paramref name="capacityBytes"/> were all written and synced, by this call where they were not yet.
    /// </summary>
    public static ProbeFile Open(string path, WriteKind kind, long capacityBytes)
    {
        if (kind == WriteKind.Append)
        {
            File.Delete(path);
        }
        else if (!File.Exists(path) || new FileInfo(path).Length != capacityBytes)
        {
            FillWithZeroes(path, capacityBytes);
        }

        var extra = kind == WriteKind.RecycledDirect ? LibC.OpenDirect | LibC.OpenSyncedData : 0;
        return new ProbeFile(OpenHandle(path, extra), kind, capacityBytes);
    }

    /// <summary>Writes the block behind the one before, or at the start again when the recycled file is full, and syncs it.</summary>
    public void WriteSynced(ReadOnlySpan<byte> block)
    {
        if (_kind != WriteKind.Append && _offset + block.Length > _capacityBytes)
        {
            _offset = 0;
        }

        Write(_handle, block, _offset);
        _offset += block.Length;
        if (_kind != WriteKind.RecycledDirect)
        {
            Sync(_handle);
        }
    }

    public void Dispose() => _handle.Dispose();

    private static void FillWithZeroes(string path, long capacityBytes)
    {
        using var handle = OpenHandle(path, 0);
        var zeroes = new byte[ZeroesBytes];
        for (long offset = 0; offset < capacityBytes; offset += ZeroesBytes)
        {
            Write(handle, zeroes, offset);
        }

        Sync(handle);
    }

    private static SafeFileHandle OpenHandle(string path, int extraFlags)
    {
        var flags = LibC.OpenReadWrite | LibC.OpenCreate | LibC.OpenCloseOnExec | extraFlags;
        var handle = LibC.Open(path, flags, LibC.OwnerReadWrite);
        if (!handle.IsInvalid)
        {
            return handle;
        }

        if (Marshal.GetLastPInvokeError() == LibC.ErrorInvalid && extraFlags != 0)
        {
            throw new NotSupportedException("this file system does not take direct writes");
        }

        throw Failure("open");
    }

    private static void Write(SafeFileHandle handle, ReadOnlySpan<byte> block, long offset)
    {
        var written = LibC.Write(handle, block, (nuint)block.Length, offset);
        if (written != block.Length)
        {
            throw written < 0 ? Failure("pwrite") : new IOException($"pwrite wrote {written} of {block.Length} bytes");
        }
    }

    private static void Sync(SafeFileHandle handle)
    {
        if (LibC.SyncData(handle) != 0)
        {
            throw Failure("fdatasync");
        }
    }

    private static IOException Failure(string call) =>
        new($"{call}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}
