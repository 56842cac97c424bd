using System.Runtime.InteropServices;

namespace Forewave.Server.Interop;

/// <summary>struct statx of Linux, the fields that are used here; the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStat
{
    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(136)]
    public uint DeviceMajor;

    [FieldOffset(140)]
    public uint DeviceMinor;
}
