using System.Runtime.InteropServices;

namespace Forewave.Server.Interop;

/// <summary>struct statfs of 64-bit Linux, the fields that are used here.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal struct FileSystemFields
{
    public long Type;
    public long BlockBytes;
    public ulong Blocks;
    public ulong FreeBlocks;
    public ulong AvailableBlocks;
    public ulong Inodes;
    public ulong FreeInodes;
}
