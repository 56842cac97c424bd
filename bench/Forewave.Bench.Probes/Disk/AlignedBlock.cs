using System.Runtime.InteropServices;

namespace Forewave.Bench.Probes.Disk;

/// <summary>Bytes that do not compress, at an address that a direct write accepts. Pinned for the life of the process.</summary>
internal static class AlignedBlock
{
    private const int AlignmentBytes = 4096;

    public static Memory<byte> Create(int lengthBytes)
    {
        var room = GC.AllocateUninitializedArray<byte>(lengthBytes + AlignmentBytes, pinned: true);
        var start = AlignmentBytes - (int)(Marshal.UnsafeAddrOfPinnedArrayElement(room, 0) % AlignmentBytes);
        var block = room.AsMemory(start, lengthBytes);
        new Random(20_26).NextBytes(block.Span);
        return block;
    }
}
