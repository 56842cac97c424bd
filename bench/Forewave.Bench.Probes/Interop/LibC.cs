using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Forewave.Bench.Probes.Interop;

/// <summary>
/// The calls of the C library that .NET does not offer as they are. 64-bit Linux only: off_t and the flags are those
/// of x64; <see cref="OpenDirect"/> differs on arm64.
/// </summary>
internal static partial class LibC
{
    internal const int OpenReadWrite = 0x2;
    internal const int OpenCreate = 0x40;
    internal const int OpenSyncedData = 0x1000;
    internal const int OpenCloseOnExec = 0x80000;
    internal const uint OwnerReadWrite = 0x180;
    internal const int ErrorInvalid = 22;
    internal const int ClockMonotonic = 1;
    internal const int AbsoluteTime = 1;
    internal const int SetTimerSlack = 29;

    private const string Library = "libc";

    internal static int OpenDirect => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x10000 : 0x4000;

    // open() is variadic in C. Linux passes variadic integers like any others on x64 and arm64.
    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "pwrite", SetLastError = true)]
    internal static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nuint count, long offset);

    [LibraryImport(Library, EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int SyncData(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "clock_nanosleep")]
    internal static partial int SleepUntil(int clock, int flags, in ClockTime until, nint remaining);

    [LibraryImport(Library, EntryPoint = "prctl")]
    internal static partial int ControlThread(int option, ulong value, ulong unused3, ulong unused4, ulong unused5);
}
