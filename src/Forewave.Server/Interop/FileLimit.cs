using System.Runtime.InteropServices;

namespace Forewave.Server.Interop;

/// <summary>struct rlimit of 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FileLimit
{
    public ulong Soft;
    public ulong Hard;
}
