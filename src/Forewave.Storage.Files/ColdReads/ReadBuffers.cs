using System.Buffers;
using System.Collections.Concurrent;

namespace Forewave.Storage.Files.ColdReads;

/// <summary>
/// Memory of one read: the runs, and arrays in which their records lie one behind the other. Disposing gives all of it back,
/// once. Filled by one reader thread; then for whoever got the runs.
/// </summary>
internal sealed class ReadBuffers : IDisposable
{
    /// <summary>Size of an array, where not more is asked for at once.</summary>
    public const int ArrayBytes = 64 * 1024;

    private const int MaxFree = 64;
    private const int MaxFreeRuns = 1_024;

    // Of their own, so that what cold reads keep is bounded: 16 MiB of small arrays and 16 MiB of each larger size.
    private static readonly ArrayPool<byte> Small = ArrayPool<byte>.Create(ArrayBytes, 256);
    private static readonly ArrayPool<byte> Large = ArrayPool<byte>.Create(1024 * 1024, 16);
    private static readonly ConcurrentQueue<ReadBuffers> Free = new();

    private readonly List<byte[]> _arrays = [];
    private byte[] _array = [];
    private int _used;

    private ReadBuffers()
    {
    }

    /// <summary>The runs that were read.</summary>
    public List<StoredRun> Runs { get; } = [];

    public static ReadBuffers Take() => Free.TryDequeue(out ReadBuffers? buffers) ? buffers : new ReadBuffers();

    /// <summary>Room for bytes to be read into, behind what is kept; gone at the next call unless it is kept.</summary>
    public Memory<byte> Room(int bytes)
    {
        if (_array.Length - _used < bytes)
        {
            _array = (bytes <= ArrayBytes ? Small : Large).Rent(Math.Max(bytes, ArrayBytes));
            _arrays.Add(_array);
            _used = 0;
        }

        return _array.AsMemory(_used, bytes);
    }

    /// <summary>The first bytes of the last room stay.</summary>
    public void Keep(int bytes) => _used += bytes;

    public void Dispose()
    {
        foreach (byte[] array in _arrays)
        {
            (array.Length <= ArrayBytes ? Small : Large).Return(array);
        }

        _arrays.Clear();
        _array = [];
        _used = 0;
        Runs.Clear();
        if (Runs.Capacity <= MaxFreeRuns && Free.Count < MaxFree)
        {
            Free.Enqueue(this);
        }
    }
}
