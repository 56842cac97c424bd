using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Forewave.Storage.Files.Disk.Interop;

/// <summary>
/// The calls of the C library that .NET does not offer, or offers with errors swallowed. 64-bit Linux only: off_t and
/// the flags are those that x64 and arm64 share, for glibc and musl alike.
/// </summary>
internal static unsafe partial class LibC
{
    internal const int OpenReadOnly = 0x0;
    internal const int OpenReadWrite = 0x2;
    internal const int OpenCreate = 0x40;
    internal const int OpenExclusive = 0x80;
    internal const int OpenDirect = 0x4000;
    internal const int OpenCloseOnExec = 0x80000;

    internal const int SeekEnd = 2;
    internal const int FallocateKeepSize = 0x1;
    internal const int AdviceSequential = 2;
    internal const int AdviceDontNeed = 4;
    internal const int LockExclusive = 0x2;
    internal const int LockNonBlocking = 0x4;
    internal const int AccessExists = 0;

    private const string Library = "libc";

    /// <summary>The error of this thread's last call.</summary>
    internal static Errno LastError => new(Marshal.GetLastPInvokeError());

    /// <summary>Whether this thread's last call was cut short by a signal and is to be made again.</summary>
    internal static bool WasInterrupted => LastError == Errno.Interrupted;

    // open() is variadic in C. Linux passes variadic integers like any others on x64 and arm64.
    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "pwrite", SetLastError = true)]
    internal static partial nint Write(SafeFileHandle file, byte* bytes, nuint count, long offset);

    [LibraryImport(Library, EntryPoint = "pwritev", SetLastError = true)]
    internal static partial nint WriteVector(SafeFileHandle file, IoVector* pieces, int count, long offset);

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    internal static partial nint Read(SafeFileHandle file, byte* bytes, nuint count, long offset);

    [LibraryImport(Library, EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int SyncData(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    internal static partial int SyncAll(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Truncate(SafeFileHandle file, long length);

    [LibraryImport(Library, EntryPoint = "fallocate", SetLastError = true)]
    internal static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport(Library, EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(SafeFileHandle file, long offset, int whence);

    /// <summary>Returns the error number itself, not through errno.</summary>
    [LibraryImport(Library, EntryPoint = "posix_fadvise")]
    internal static partial int Advise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport(Library, EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Access(string path, int mode);

    [LibraryImport(Library, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int CreateFolder(string path, uint mode);

    [LibraryImport(Library, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unlink(string path);

    [LibraryImport(Library, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Rename(string from, string to);

    [LibraryImport(Library, EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int StatFileSystem(string path, FileSystemSpace* space);
}
