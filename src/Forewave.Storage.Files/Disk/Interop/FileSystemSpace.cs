using System.Runtime.InteropServices;

namespace Forewave.Storage.Files.Disk.Interop;

/// <summary>
/// struct statvfs of 64-bit Linux: eleven 64-bit fields, of which the first five are used here. The size leaves room
/// for the spare fields that the C library clears.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal struct FileSystemSpace
{
    internal ulong BlockBytes;
    internal ulong FragmentBytes;
    internal ulong TotalFragments;
    internal ulong FreeFragments;

    /// <summary>What is left for a process without privileges.</summary>
    internal ulong AvailableFragments;
}
