using System.Runtime.InteropServices;
using Forewave.Storage.Files.Disk.Interop;
using Microsoft.Win32.SafeHandles;

namespace Forewave.Storage.Files.Disk;

/// <summary>
/// Writes zeros past the page cache: filling a segment ahead of its use costs no copy, and evicts nothing that is read. A
/// second descriptor of the same file, for the thread that fills it. File systems that refuse it (and it alone) are filled
/// through the cache instead.
/// </summary>
internal sealed unsafe class DirectZeros : IDisposable
{
    /// <summary>Places and lengths are multiples of this.</summary>
    public const int AlignmentBytes = 4096;

    private const int ChunkBytes = 1024 * 1024;

    // Never given back: as long as the process.
    private static readonly byte* Zeros = Allocate();

    private readonly SafeFileHandle _handle;

    private DirectZeros(SafeFileHandle handle) => _handle = handle;

    /// <summary>Opens the file once more; null where the file system does not do it.</summary>
    public static DirectZeros? TryOpen(SafeFileHandle file)
    {
        bool isHeld = false;
        try
        {
            file.DangerousAddRef(ref isHeld);
            int descriptor = LibC.Open(
                $"/proc/self/fd/{file.DangerousGetHandle()}", LibC.OpenReadWrite | LibC.OpenDirect | LibC.OpenCloseOnExec, 0);
            return descriptor < 0 ? null : new DirectZeros(new SafeFileHandle(descriptor, ownsHandle: true));
        }
        finally
        {
            if (isHeld)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <summary>Writes some zeros at an aligned place; what a write call returns.</summary>
    public nint Write(long offset, ByteCount most) =>
        LibC.Write(_handle, Zeros, (nuint)Math.Min(ChunkBytes, most.Value / AlignmentBytes * AlignmentBytes), offset);

    public void Dispose() => _handle.Dispose();

    private static byte* Allocate()
    {
        byte* zeros = (byte*)NativeMemory.AlignedAlloc(ChunkBytes, AlignmentBytes);
        NativeMemory.Clear(zeros, ChunkBytes);
        return zeros;
    }
}
