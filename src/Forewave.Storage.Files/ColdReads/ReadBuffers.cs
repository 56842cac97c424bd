using System.Buffers;

namespace Forewave.Storage.Files.ColdReads;

/// <summary>Arrays of one read; disposing gives all of them back, once.</summary>
internal sealed class ReadBuffers : IDisposable
{
    /// <summary>Of a kind of its own, so that what cold reads keep is bounded: 16 arrays of each size up to 1 MiB.</summary>
    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(1024 * 1024, 16);

    private readonly List<byte[]> _arrays = [];

    public byte[] Rent(int bytes)
    {
        byte[] array = Pool.Rent(bytes);
        _arrays.Add(array);
        return array;
    }

    public void Dispose()
    {
        _arrays.ForEach(array => Pool.Return(array));
        _arrays.Clear();
    }
}
