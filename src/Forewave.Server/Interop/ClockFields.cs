using System.Runtime.InteropServices;

namespace Forewave.Server.Interop;

/// <summary>struct timex of 64-bit Linux, the fields that are used here. With <see cref="Modes"/> 0 adjtimex reads and needs no right.</summary>
[StructLayout(LayoutKind.Explicit, Size = 208)]
internal struct ClockFields
{
    [FieldOffset(0)]
    public uint Modes;

    /// <summary>In microseconds.</summary>
    [FieldOffset(24)]
    public long MaxError;

    [FieldOffset(40)]
    public int Status;
}
