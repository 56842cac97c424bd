using System.Runtime.InteropServices;

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
}
