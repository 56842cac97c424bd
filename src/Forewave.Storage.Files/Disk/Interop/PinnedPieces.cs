using System.Buffers;
using System.Runtime.CompilerServices;

namespace Forewave.Storage.Files.Disk.Interop;

/// <summary>Room on the stack for the pins of one vectored write.</summary>
[InlineArray(Capacity)]
internal struct PinnedPieces
{
    internal const int Capacity = 64;

    private MemoryHandle _first;
}
