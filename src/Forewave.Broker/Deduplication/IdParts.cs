using System.Buffers;
using Forewave.Broker.Deduplication.Slices;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Deduplication;

/// <summary>
/// Deduplication in recovery and in checkpoints: one part, and every message with an id after it. The part names the slices
/// that count, which are synced before, and has the ids of the tables in itself.
/// <para>
/// The part, little-endian: version u8 = 1, or 2 where ids are held · key 16 bytes · time of the clock i64 · wall clock i64 (Unix ms) · highest slice number
/// u64 · last seal u64 · slices u32, then each: number u64, its filter's u64, ids u32, blocks of the filter u64, begin i64, first and
/// last seal u64, doubtful u8, windows u8, each window i64 (ms), ids u32, newest i64 · slices kept
/// for the checkpoint before u32, then the number u64 of each · ids u32, then each: hash 16 bytes, position u64, queue u32,
/// time i64 · from version 2 on: held ids u32, then each: hash 16 bytes, position u64, queue u32, transaction u64.
/// </para>
/// </summary>
internal sealed class IdParts
{
    private const byte Version = 2;
    private const byte VersionWithoutHeld = 1;
    private readonly KnownIds _known;
    private readonly IdUpkeep _upkeep;
    private readonly IStore _store;
    private LogPosition _covered;
    private bool _isLoaded;

    public IdParts(KnownIds known, IdUpkeep upkeep, IStore store)
    {
        _known = known;
        _upkeep = upkeep;
        _store = store;
    }

    /// <summary>Hashes ids; of a new folder under a new key.</summary>
    public required SipHash128 Hashing { get; set; }

    /// <summary>Writes the part.</summary>
    public void Write(IStateWriter writer)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        var state = new StateWriter(buffer);
        IReadOnlyList<IdSlice> slices;
        IReadOnlyList<SliceNumber> kept;
        KnownId[] ids;
        HeldId[] held;
        LogPosition tail;
        lock (_known.Gate)
        {
            tail = _store.Tail;
            held = _known.Held.ToArray();
            slices = _known.Slices.Name();
            kept = _known.Slices.KeptNumbers();
            ids = [.. _known.Sealed?.ToArray() ?? [], .. _known.Active.ToArray()];
            // What an earlier version reads is written as it reads it.
            WriteHead(state, held.Length == 0 ? VersionWithoutHeld : Version);
        }
        Sync(slices);
        state.UInt32((uint)slices.Count);
        foreach (var slice in slices)
            WriteSlice(state, slice);
        state.UInt32((uint)kept.Count);
        foreach (var number in kept)
            state.UInt64(number.Value);
        state.UInt32((uint)ids.Length);
        foreach (var known in ids.OrderBy(known => known.Time.Milliseconds))
            WriteId(state, known);
        WriteHeld(state, held);
        writer.Write(new StatePart(StateKind.Deduplication, 0, tail, tail), buffer.WrittenSpan);
    }

    /// <summary>The checkpoint that was being written counts, or was given up.</summary>
    public void CheckpointEnded(bool counts)
    {
        IReadOnlyList<SliceNumber> useless;
        lock (_known.Gate)
            useless = _known.Slices.CheckpointEnded(counts);
        foreach (var number in useless)
            _store.Slices.Delete(number);
        _upkeep.DeleteUseless();
    }

    /// <summary>Reads the part.</summary>
    public void Load(in StatePart part, ReadOnlySpan<byte> bytes)
    {
        var state = new StateReader(bytes);
        byte version = ReadVersion(ref state);
        _isLoaded = true;
        _covered = part.Tail;
        Hashing = new SipHash128(state.Bytes(SipHash128.KeyBytes));
        _known.Clock.Restore(new IdTime((long)state.UInt64()), new Timestamp((long)state.UInt64()));
        _known.Slices.Restore(state.UInt64(), new SealRange { First = 0, Last = state.UInt64() });
        var slices = new StoredSlice[state.UInt32()];
        for (int i = 0; i < slices.Length; i++)
            slices[i] = ReadSlice(ref state);
        var kept = new SliceNumber[state.UInt32()];
        for (int i = 0; i < kept.Length; i++)
            kept[i] = new SliceNumber(state.UInt64());
        _known.Slices.Keep(kept);
        Open(slices, kept);
        uint ids = state.UInt32();
        for (uint i = 0; i < ids; i++)
            Restore(ReadId(ref state));
        if (version >= Version)
            LoadHeld(ref state);
    }

    /// <summary>All parts are read.</summary>
    public void Loaded()
    {
        if (!_isLoaded)
            Open([], []);
    }

    /// <summary>Folds a record with messages. Idempotent.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="queue">Number of the queue that its messages were published to.</param>
    /// <param name="payload">Its messages.</param>
    public void Apply(in RecordHeader header, uint queue, ReadOnlySpan<byte> payload)
    {
        if (header.Position <= _covered || !PublishedFlags.MayHaveIds(header))
            return;
        var time = _known.Clock.Of(header.Time);
        foreach (var (hash, position) in IdsOf(header, queue, payload))
            Restore(new KnownId { Hash = hash, Position = position, Queue = queue, Time = time });
    }

    /// <summary>Folds a record with messages that were prepared. Idempotent.</summary>
    /// <param name="header">Its header; its second number is the transaction.</param>
    /// <param name="queue">Number of the queue that its messages are for.</param>
    /// <param name="payload">Its messages.</param>
    public void Prepared(in RecordHeader header, uint queue, ReadOnlySpan<byte> payload)
    {
        if (header.Position <= _covered)
            return;
        var transaction = LogPosition.FromBits(header.Extra);
        lock (_known.Gate)
        {
            foreach (var (hash, position) in IdsOf(header, queue, payload))
                _known.Held.Add(new HeldId { Hash = hash, Position = position, Queue = queue, Transaction = transaction });
        }
    }

    /// <summary>Folds the record of a decision. Idempotent.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="transaction">Which transaction was decided.</param>
    /// <param name="isCommit">It was committed: its messages were published then.</param>
    public void Decided(in RecordHeader header, LogPosition transaction, bool isCommit)
    {
        if (header.Position <= _covered)
            return;
        HeldId[] taken;
        lock (_known.Gate)
            taken = _known.Held.Take(transaction);
        var time = _known.Clock.Of(header.Time);
        for (int i = 0; i < taken.Length && isCommit; i++)
            Restore(new KnownId { Hash = taken[i].Hash, Position = taken[i].Position, Queue = taken[i].Queue, Time = time });
    }

    private List<(IdHash Hash, LogPosition Position)> IdsOf(in RecordHeader header, uint queue, ReadOnlySpan<byte> payload)
    {
        List<(IdHash, LogPosition)> ids = [];
        ulong message = 0;
        foreach (var encoded in new MessageRun(payload))
        {
            var id = MessageReader.ReadDeduplicationId(encoded);
            if (!id.IsEmpty)
                ids.Add((Hashing.Of(queue, id), header.Position.Plus(message)));
            message++;
        }
        return ids;
    }

    private static void WriteSlice(StateWriter state, IdSlice slice)
    {
        state.UInt64(slice.Number.Value);
        state.UInt64(slice.FilterNumber.Value);
        state.UInt32((uint)slice.Count);
        state.UInt64((ulong)slice.FilterBlocks);
        state.UInt64((ulong)slice.Begin.Milliseconds);
        state.UInt64(slice.Seals.First);
        state.UInt64(slice.Seals.Last);
        state.Byte(slice.IsDoubtful ? (byte)1 : (byte)0);
        state.Byte((byte)slice.Windows.Length);
        foreach (var window in slice.Windows)
        {
            state.UInt64((ulong)window.Window.TotalMilliseconds);
            state.UInt32((uint)window.Ids);
            state.UInt64((ulong)window.Newest.Milliseconds);
        }
    }

    private static StoredSlice ReadSlice(ref StateReader state)
    {
        var slice = new StoredSlice
        {
            Number = new SliceNumber(state.UInt64()),
            FilterNumber = new SliceNumber(state.UInt64()),
            Count = (int)state.UInt32(),
            FilterBlocks = (long)state.UInt64(),
            Begin = new IdTime((long)state.UInt64()),
            Seals = new SealRange { First = state.UInt64(), Last = state.UInt64() },
            IsDoubtful = state.Byte() != 0,
            Windows = new WindowCount[state.Byte()],
        };
        for (int i = 0; i < slice.Windows.Length; i++)
        {
            slice.Windows[i] = new WindowCount(
                TimeSpan.FromMilliseconds(state.UInt64()), (int)state.UInt32(), new IdTime((long)state.UInt64()));
        }
        return slice;
    }

    private static void WriteId(StateWriter state, in KnownId known)
    {
        state.UInt64(known.Hash.High);
        state.UInt64(known.Hash.Low);
        state.UInt64(known.Position.Bits);
        state.UInt32(known.Queue);
        state.UInt64((ulong)known.Time.Milliseconds);
    }

    private static KnownId ReadId(ref StateReader state) => new()
    {
        Hash = new IdHash { High = state.UInt64(), Low = state.UInt64() },
        Position = LogPosition.FromBits(state.UInt64()),
        Queue = state.UInt32(),
        Time = new IdTime((long)state.UInt64()),
    };

    private static void WriteHeld(StateWriter state, HeldId[] all)
    {
        if (all.Length == 0)
            return;
        // A transaction's are taken back in the order in which they came.
        Array.Sort(all, static (one, other) => one.Position.CompareTo(other.Position));
        state.UInt32((uint)all.Length);
        foreach (ref readonly var held in all.AsSpan())
        {
            state.UInt64(held.Hash.High);
            state.UInt64(held.Hash.Low);
            state.UInt64(held.Position.Bits);
            state.UInt32(held.Queue);
            state.UInt64(held.Transaction.Bits);
        }
    }

    private void LoadHeld(ref StateReader state)
    {
        uint count = state.UInt32();
        lock (_known.Gate)
        {
            for (uint i = 0; i < count; i++)
            {
                _known.Held.Add(new HeldId
                {
                    Hash = new IdHash { High = state.UInt64(), Low = state.UInt64() }, Position = LogPosition.FromBits(state.UInt64()),
                    Queue = state.UInt32(), Transaction = LogPosition.FromBits(state.UInt64()),
                });
            }
        }
    }

    private static byte ReadVersion(ref StateReader state)
    {
        byte version = state.Byte();
        return version is VersionWithoutHeld or Version ? version : throw new StoreException(
            ErrorCode.FormatTooNew, $"{nameof(StateKind.Deduplication)} of the checkpoint has version {version}, this broker reads {VersionWithoutHeld} and {Version}; start the newer one");
    }

    private void WriteHead(StateWriter state, byte version)
    {
        state.Byte(version);
        Hashing.WriteKey(state.Take(SipHash128.KeyBytes));
        state.UInt64((ulong)_known.Clock.Now.Milliseconds);
        state.UInt64((ulong)_known.Clock.Wall.UnixMilliseconds);
        state.UInt64(_known.Slices.LastNumber);
        state.UInt64(_known.Slices.LastSeal);
    }

    private void Sync(IReadOnlyList<IdSlice> slices)
    {
        var unsynced = slices.Where(slice => !slice.IsSynced).ToArray();
        _store.Slices.Sync([.. unsynced.SelectMany(slice => new[] { slice.Number, slice.FilterNumber })]);
        foreach (var slice in unsynced)
            slice.IsSynced = true;
    }

    private void Open(StoredSlice[] slices, SliceNumber[] kept)
    {
        HashSet<SliceNumber> used = [.. kept, .. slices.SelectMany(slice => new[] { slice.Number, slice.FilterNumber })];
        var highest = _store.Slices.KeepOnly(SliceOwner.Deduplication, used);
        _known.Slices.Restore(highest.Value, default);
        int folds = StoredSlice.FoldsFor(slices, _known.Terms.SliceBytes);
        foreach (var slice in slices)
            _known.Slices.Restore(slice.Open(_store.Slices, folds));
    }

    private void Restore(in KnownId known)
    {
        if (!known.Time.IsWithin(_known.WindowOf(known.Queue), _known.Clock.Now))
            return;
        bool isSealed;
        lock (_known.Gate)
            isSealed = _known.Restore(known);
        if (isSealed)
            _upkeep.TryWriteSealed();
    }
}
