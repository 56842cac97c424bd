namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>
/// A file of a <see cref="PowerLossDisk"/>: what the cache shows, what is durable, and the changes in between. Not
/// thread-safe: the disk holds a lock around every call.
/// </summary>
internal sealed class SimulatedFile
{
    /// <summary>What a disk writes whole or not at all.</summary>
    internal const int SectorBytes = 512;

    private const int ChunkBytes = 4096;

    private readonly SparseBytes _cached;
    private readonly SparseBytes _durable;
    private readonly List<UnsyncedChange> _unsynced = [];
    private long _durableLength;

    internal SimulatedFile(DiskSpace space)
        : this(space, new SparseBytes(ChunkBytes), 0)
    {
    }

    private SimulatedFile(DiskSpace space, SparseBytes durable, long durableLength)
    {
        Space = new SpaceClaim(space);
        Space.TakeRegardless(durableLength);
        _durable = durable;
        _cached = durable.Copy();
        _durableLength = durableLength;
        Length = durableLength;
    }

    internal SpaceClaim Space { get; }

    internal long Length { get; private set; }

    internal void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;

        long end = offset + bytes.Length;
        _cached.Write(offset, bytes);
        Length = Math.Max(Length, end);

        long first = offset - (offset % SectorBytes);
        long last = (end + SectorBytes - 1) / SectorBytes * SectorBytes;
        byte[] sectors = new byte[last - first];
        _cached.Read(first, sectors);
        _unsynced.Add(new UnsyncedChange(first, sectors, Length, IsCut: false));
    }

    internal int Read(long offset, Span<byte> destination)
    {
        int count = (int)Math.Clamp(Length - offset, 0, destination.Length);
        _cached.Read(offset, destination[..count]);
        return count;
    }

    internal void GrowTo(long length)
    {
        if (length <= Length)
            return;

        Length = length;
        _unsynced.Add(new UnsyncedChange(0, [], length, IsCut: false));
    }

    internal void Truncate(long length)
    {
        _cached.CutAt(length);
        Length = length;
        Space.ShrinkTo(length);
        _unsynced.Add(new UnsyncedChange(0, [], length, IsCut: true));
    }

    internal void Sync()
    {
        foreach (UnsyncedChange change in _unsynced)
        {
            _durable.Write(change.Offset, change.Sectors);
            if (change.IsCut)
                _durable.CutAt(change.LengthAfter);
            _durableLength = change.LengthAfter;
        }

        _unsynced.Clear();
    }

    /// <summary>
    /// A sync that failed, as Linux leaves it: some sectors got to the disk, all are marked clean, the cache still shows
    /// them. A later sync writes what is changed after this, and nothing else.
    /// </summary>
    internal void FailSync(SeededChoice choice)
    {
        _durableLength = KeepSurvivors(_durable, choice);
        _unsynced.Clear();
    }

    internal void FlipBit(long offset, int bit)
    {
        Span<byte> one = stackalloc byte[1];
        foreach (SparseBytes bytes in (ReadOnlySpan<SparseBytes>)[_cached, _durable])
        {
            bytes.Read(offset, one);
            one[0] ^= (byte)(1 << bit);
            bytes.Write(offset, one);
        }
    }

    /// <summary>The file that is found when the power is back. This one stays as it is.</summary>
    internal SimulatedFile AfterPowerLoss(DiskSpace space, SeededChoice choice)
    {
        SparseBytes survivors = _durable.Copy();
        long length = KeepSurvivors(survivors, choice);
        return new SimulatedFile(space, survivors, length);
    }

    private long KeepSurvivors(SparseBytes bytes, SeededChoice choice)
    {
        Survival survival = new(choice, _unsynced.Count);
        long length = _durableLength;
        for (int i = 0; i < _unsynced.Count; i++)
        {
            UnsyncedChange change = _unsynced[i];
            KeepSectors(bytes, change, survival, i);
            if (i >= survival.SurvivingLengths)
                continue;

            length = change.LengthAfter;
            if (change.IsCut)
                bytes.CutAt(length);
        }

        // Sectors behind the length were written, but nothing leads to them.
        bytes.CutAt(length);
        return length;
    }

    private static void KeepSectors(SparseBytes bytes, UnsyncedChange change, Survival survival, int index)
    {
        bool[] survives = new bool[change.Sectors.Length / SectorBytes];
        survival.Choose(index, survives);
        for (int i = 0; i < survives.Length; i++)
        {
            int start = i * SectorBytes;
            if (survives[i])
                bytes.Write(change.Offset + start, change.Sectors.AsSpan(start, SectorBytes));
        }
    }
}
