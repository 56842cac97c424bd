using System.Buffers;
using Forewave.Broker.Deduplication;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// The key index in recovery and in checkpoints: one part, which names the slices that count (synced before) and the messages whose
/// keys are in none of them. It is written after those of the queues, so that it knows of every message that these gave an offset;
/// what was dispatched later is replayed into the backlog.
/// <para>
/// The part, little-endian: version u8 = 1 · key of the hash 16 bytes · highest slice number u64 · slices u32, then each: number
/// u64, entries u64, blocks of the filter u64 · slices kept for the checkpoint before u32, then the number u64 of each · ranges of
/// the backlog u32, then each: index u32, first offset i64, end offset i64.
/// </para>
/// </summary>
internal sealed class KeyParts(KeyUpkeepParts parts, KeyUpkeep upkeep)
{
    private const byte Version = 1;
    private readonly HashSet<SliceNumber> _used = [];
    private bool _isLoaded;

    private KeyIndex Index => parts.Index;

    private ISlices Store => parts.Store.Slices;

    /// <summary>Writes the part.</summary>
    public void Write(IStateWriter writer)
    {
        IReadOnlyList<KeySlice> slices;
        KeySliceSize[] sizes;
        IReadOnlyList<SliceNumber> kept;
        KeyRange[] backlog;
        ulong last;
        lock (Index.Gate)
        {
            var unopened = upkeep.Unopened;
            slices = Index.Slices.Name(unopened.Select(size => size.Number));
            sizes = [.. slices.Select(slice => slice.Size).Union(unopened)];
            kept = Index.Slices.KeptNumbers();
            backlog = [.. Index.Unwritten().All];
            last = Index.Slices.LastNumber.Value;
        }
        Sync(slices);
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        var state = new StateWriter(buffer);
        state.Byte(Version);
        parts.Hashing.WriteKey(state.Take(SipHash128.KeyBytes));
        state.UInt64(last);
        WriteSlices(state, sizes, kept);
        state.UInt32((uint)backlog.Length);
        foreach (var range in backlog)
        {
            state.UInt32(range.Index);
            state.UInt64((ulong)range.First);
            state.UInt64((ulong)range.End);
        }
        var committed = parts.Store.Committed;
        writer.Write(new StatePart(StateKind.Keys, 0, committed, committed), buffer.WrittenSpan);
    }

    /// <summary>The checkpoint that was being written counts, or was given up.</summary>
    public void CheckpointEnded(bool counts)
    {
        IReadOnlyList<SliceNumber> useless;
        lock (Index.Gate)
            useless = Index.Slices.CheckpointEnded(counts);
        foreach (var number in useless)
            Store.Delete(number);
        upkeep.DeleteUseless();
    }

    /// <summary>Reads the part.</summary>
    public void Load(ReadOnlySpan<byte> bytes)
    {
        var state = new StateReader(bytes);
        state.ExpectVersion(Version, nameof(StateKind.Keys));
        _isLoaded = true;
        parts.Hashing.Restore(state.Bytes(SipHash128.KeyBytes));
        Index.Slices.Restore(new SliceNumber(state.UInt64()));
        var sizes = new KeySliceSize[state.UInt32()];
        for (int i = 0; i < sizes.Length; i++)
            sizes[i] = new KeySliceSize { Number = new SliceNumber(state.UInt64()), Count = (long)state.UInt64(), FilterBlocks = (long)state.UInt64() };
        var kept = new SliceNumber[state.UInt32()];
        for (int i = 0; i < kept.Length; i++)
            kept[i] = new SliceNumber(state.UInt64());
        Index.Slices.Restore(sizes.Select(size => size.Number), kept);
        _used.UnionWith(kept);
        _used.UnionWith(sizes.Select(size => size.Number));
        upkeep.Restore(sizes);
        uint ranges = state.UInt32();
        for (uint i = 0; i < ranges; i++)
            Index.Miss(new KeyRange { Index = state.UInt32(), First = (long)state.UInt64(), End = (long)state.UInt64() });
    }

    /// <summary>All parts are read: slices that the checkpoint does not name go.</summary>
    public void Loaded() => Index.Slices.Restore(Store.KeepOnly(SliceOwner.Keys, _used));

    /// <summary>Recovery is over. A folder without the part is of a version without the index: all its messages are unknown.</summary>
    public void Begin()
    {
        if (_isLoaded)
            return;
        lock (Index.Gate)
            upkeep.MissAll();
    }

    private static void WriteSlices(StateWriter state, KeySliceSize[] sizes, IReadOnlyList<SliceNumber> kept)
    {
        state.UInt32((uint)sizes.Length);
        foreach (var size in sizes)
        {
            state.UInt64(size.Number.Value);
            state.UInt64((ulong)size.Count);
            state.UInt64((ulong)size.FilterBlocks);
        }
        state.UInt32((uint)kept.Count);
        foreach (var number in kept)
            state.UInt64(number.Value);
    }

    private void Sync(IReadOnlyList<KeySlice> slices)
    {
        var unsynced = slices.Where(slice => !slice.IsSynced).ToArray();
        Store.Sync([.. unsynced.Select(slice => slice.Number)]);
        foreach (var slice in unsynced)
            slice.IsSynced = true;
    }
}
