using System.Runtime.InteropServices;

namespace Forewave.Protocol.Threads.Interop;

/// <summary>Semaphores of the C library: a wait and a wake of one system call each.</summary>
internal static class LibC
{
    /// <summary>More than sem_t takes in any C library.</summary>
    public const int SemaphoreBytes = 128;

    [DllImport("libc", EntryPoint = "sem_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int SemaphoreInit(IntPtr semaphore, int isShared, uint value);

    /// <summary>0, or -1 when a signal ended the wait.</summary>
    [DllImport("libc", EntryPoint = "sem_wait")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int SemaphoreWait(IntPtr semaphore);

    [DllImport("libc", EntryPoint = "sem_post")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int SemaphorePost(IntPtr semaphore);
}
