namespace Forewave.Storage.Files.Disk;

/// <summary>
/// Bytes by position in memory; what was never written reads as zeros and takes no room.
/// </summary>
/// <remarks>
/// Any number of threads may read and write at once: chunks are published whole and never move. <see cref="CutAt"/> may
/// run beside them too, then a write in progress beyond the cut may be lost.
/// </remarks>
internal sealed class SparseBytes
{
    private readonly int _chunkBytes;
    private readonly Lock _changingTable = new();
    private byte[]?[] _table = [];

    /// <param name="chunkBytes">What is allocated at a time, a power of two.</param>
    internal SparseBytes(int chunkBytes) => _chunkBytes = chunkBytes;

    /// <summary>Bytes of memory that are taken.</summary>
    internal long MaterialisedBytes => Volatile.Read(ref _table).Count(chunk => chunk is not null) * (long)_chunkBytes;

    internal SparseBytes Copy()
    {
        byte[]?[] table = Volatile.Read(ref _table);
        return new SparseBytes(_chunkBytes) { _table = Array.ConvertAll(table, chunk => (byte[]?)chunk?.Clone()) };
    }

    internal void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            (int index, int start) = Locate(offset);
            int count = Math.Min(bytes.Length, _chunkBytes - start);
            bytes[..count].CopyTo(ChunkAt(index).AsSpan(start));
            bytes = bytes[count..];
            offset += count;
        }
    }

    internal void Read(long offset, Span<byte> destination)
    {
        byte[]?[] table = Volatile.Read(ref _table);
        while (!destination.IsEmpty)
        {
            (int index, int start) = Locate(offset);
            int count = Math.Min(destination.Length, _chunkBytes - start);
            byte[]? chunk = index < table.Length ? Volatile.Read(ref table[index]) : null;
            if (chunk is null)
                destination[..count].Clear();
            else
                chunk.AsSpan(start, count).CopyTo(destination);
            destination = destination[count..];
            offset += count;
        }
    }

    /// <summary>Turns everything from this offset on to zeros, and gives its memory back.</summary>
    internal void CutAt(long offset)
    {
        lock (_changingTable)
        {
            (int index, int start) = Locate(offset);
            if (index >= _table.Length)
                return;

            _table[index]?.AsSpan(start).Clear();
            for (int i = start == 0 ? index : index + 1; i < _table.Length; i++)
                Volatile.Write(ref _table[i], null);
        }
    }

    private byte[] ChunkAt(int index)
    {
        byte[]?[] table = Volatile.Read(ref _table);
        return (index < table.Length ? Volatile.Read(ref table[index]) : null) ?? AddChunk(index);
    }

    private byte[] AddChunk(int index)
    {
        lock (_changingTable)
        {
            if (index >= _table.Length)
            {
                byte[]?[] larger = new byte[Math.Max(index + 1, _table.Length * 2)][];
                _table.CopyTo(larger, 0);
                Volatile.Write(ref _table, larger);
            }

            byte[] chunk = _table[index] ?? new byte[_chunkBytes];
            Volatile.Write(ref _table[index], chunk);
            return chunk;
        }
    }

    private (int Index, int Start) Locate(long offset) =>
        (checked((int)(offset / _chunkBytes)), (int)(offset % _chunkBytes));
}
