using System.Runtime.InteropServices;

namespace Forewave.Storage.Files.Disk.Interop;

/// <summary>struct iovec: one piece of memory of a vectored write.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    internal byte* Start;
    internal nuint LengthBytes;
}
