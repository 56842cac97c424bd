using System.Diagnostics;
using System.Runtime.InteropServices;
using Forewave.Server.Interop;
using Microsoft.Win32.SafeHandles;

namespace Forewave.Server.Diagnosis;

/// <summary>
/// Measures the disk of a folder in the way in which the log uses it: 4 KiB over bytes that are there, fdatasync, the next 4 KiB. The
/// file has no name, so nothing is left of it however the process ends. Blocks its thread for two seconds at most.
/// </summary>
internal static class SyncProbe
{
    private const int BlockBytes = 4096;
    private const int FileBytes = 4 * 1024 * 1024;
    private const int Writes = 500;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>Measures.</summary>
    /// <exception cref="IOException">The folder takes no file without a name, or writing failed; the message says which.</exception>
    public static SyncTimes Measure(string folder, CancellationToken cancellation)
    {
        int descriptor = LibC.Open(folder, LibC.UnnamedFile, 0x180);
        if (descriptor < 0)
            throw new IOException($"a file without a name could not be made in '{folder}': {Marshal.GetLastPInvokeErrorMessage()}");
        using SafeFileHandle file = new(descriptor, ownsHandle: true);
        RandomAccess.Write(file, new byte[FileBytes], 0);
        Sync(file);
        byte[] block = new byte[BlockBytes];
        List<TimeSpan> times = [];
        for (long begin = Stopwatch.GetTimestamp(); times.Count < Writes && Stopwatch.GetElapsedTime(begin) < Longest;)
        {
            cancellation.ThrowIfCancellationRequested();
            Random.Shared.NextBytes(block);
            long before = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, block, (long)times.Count * BlockBytes % FileBytes);
            Sync(file);
            times.Add(Stopwatch.GetElapsedTime(before));
        }
        return SyncTimes.Of(times);
    }

    private static void Sync(SafeFileHandle file)
    {
        if (LibC.SyncContent(file) != 0)
            throw new IOException($"fdatasync failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
