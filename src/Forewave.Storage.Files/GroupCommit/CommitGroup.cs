using System.Runtime.InteropServices;
using Forewave.Protocol;
using Forewave.Storage.Commits;

namespace Forewave.Storage.Files.GroupCommit;

/// <summary>
/// What is written and synced together. Filled under the gather lock, then the writer's alone, then that of whoever answers;
/// reused, so that no group allocates.
/// </summary>
internal sealed class CommitGroup
{
    private readonly List<GatherPiece> _pieces = [];
    private readonly List<OwnedRecord> _owned = [];
    private readonly List<CommittedRecord> _dispatchable = [];
    private readonly List<CommittedRecord> _carried = [];

    public ReadOnlySpan<GatherPiece> Pieces => CollectionsMarshal.AsSpan(_pieces);

    /// <summary>Records that somebody waits for, in log order.</summary>
    public ReadOnlySpan<OwnedRecord> Owned => CollectionsMarshal.AsSpan(_owned);

    /// <summary>Records that have to be dispatched, in log order.</summary>
    public ReadOnlySpan<CommittedRecord> Dispatchable => CollectionsMarshal.AsSpan(_dispatchable);

    /// <summary>Records that the store has carried over, in log order.</summary>
    public ReadOnlySpan<CommittedRecord> Carried => CollectionsMarshal.AsSpan(_carried);

    /// <summary>Position of the last message in it.</summary>
    public LogPosition Through { get; set; }

    /// <summary>Time of the last record in it.</summary>
    public Timestamp LastTime { get; set; }

    /// <summary>Bytes of it.</summary>
    public long Bytes { get; private set; }

    /// <summary>Set when it was not, or maybe not, committed.</summary>
    public StoreException? Failure { get; set; }

    public void Add(in GatherPiece piece)
    {
        _pieces.Add(piece);
        Bytes += piece.Bytes;
    }

    public void Add(in OwnedRecord owned) => _owned.Add(owned);

    public void Add(in CommittedRecord record) => (record.Header.Type == RecordType.CarriedOver ? _carried : _dispatchable).Add(record);

    public void Clear()
    {
        _pieces.Clear();
        _owned.Clear();
        _dispatchable.Clear();
        _carried.Clear();
        Bytes = 0;
        Failure = null;
    }
}
