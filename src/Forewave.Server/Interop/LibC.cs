using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Forewave.Server.Interop;

/// <summary>The calls of the C library that the host needs.</summary>
internal static class LibC
{
    /// <summary>RLIMIT_NOFILE.</summary>
    public const int OpenFilesLimit = 7;

    [DllImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int GetLimit(int resource, out FileLimit limit);

    [DllImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int SetLimit(int resource, in FileLimit limit);

    /// <summary>O_RDWR, O_CLOEXEC and O_TMPFILE, which has O_DIRECTORY in it: a file without a name.</summary>
    public static int UnnamedFile => 0x2 | 0x80000 | 0x400000 | (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mode);

    [DllImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int SyncContent(SafeFileHandle file);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Stat(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, out FileStat stat);

    [DllImport("libc", EntryPoint = "statfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int StatFileSystem([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out FileSystemFields fields);

    [DllImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int ReadClock(ref ClockFields fields);

    /// <summary>W_OK.</summary>
    public const int MayWrite = 2;

    [DllImport("libc", EntryPoint = "access", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Access([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode);
}
