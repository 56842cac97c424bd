using System.Runtime.InteropServices;

namespace Forewave.Storage.Files.Recovery;

/// <summary>Memory for a whole segment that is really gone after recovery, not when the collector comes by.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private readonly int _bytes;
    private void* _memory;

    public NativeBuffer(int bytes)
    {
        _bytes = bytes;
        _memory = NativeMemory.Alloc((nuint)bytes);
    }

    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_memory is null, this);
            return new Span<byte>(_memory, _bytes);
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }
}
