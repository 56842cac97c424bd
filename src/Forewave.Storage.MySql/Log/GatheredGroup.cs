using System.Runtime.InteropServices;
using Forewave.Protocol;
using Forewave.Storage.Commits;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// What is committed together. Filled under the gather lock, then the writer's alone, then that of whoever answers; reused, so
/// that no group allocates.
/// </summary>
internal sealed class GatheredGroup
{
    private readonly List<GatheredRecord> _records = [];
    private readonly List<OwnedRecord> _owned = [];
    private readonly List<CommittedRecord> _dispatchable = [];

    public ReadOnlySpan<GatheredRecord> Records => CollectionsMarshal.AsSpan(_records);

    /// <summary>Records that somebody waits for, in log order.</summary>
    public ReadOnlySpan<OwnedRecord> Owned => CollectionsMarshal.AsSpan(_owned);

    /// <summary>Records that have to be dispatched, in log order.</summary>
    public ReadOnlySpan<CommittedRecord> Dispatchable => CollectionsMarshal.AsSpan(_dispatchable);

    /// <summary>Position of the last message in it.</summary>
    public LogPosition Through { get; set; }

    /// <summary>Bytes of it.</summary>
    public long Bytes { get; private set; }

    /// <summary>Its transaction; only where commits need a proof.</summary>
    public Gtid Commit { get; set; }

    /// <summary>Set when it was not, or maybe not, committed.</summary>
    public StoreException? Failure { get; set; }

    public void Add(in RecordHeader header, in RecordDraft draft, in GatheredRecord place)
    {
        _records.Add(place);
        Bytes += draft.Payload.Length + AppendBounds.HeaderBytes;
        if (draft.Owner is { } owner)
        {
            _owned.Add(new OwnedRecord(owner, header.Position, draft.Token));
        }

        if (draft.Type.IsDispatched())
        {
            _dispatchable.Add(new CommittedRecord(header, RecentBlocks.LocationOf(place), draft.Payload.Length));
        }
    }

    public void Clear()
    {
        _records.Clear();
        _owned.Clear();
        _dispatchable.Clear();
        Bytes = 0;
        Failure = null;
    }
}
