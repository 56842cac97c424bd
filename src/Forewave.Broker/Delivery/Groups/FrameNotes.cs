using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Records;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// What is found out while a frame is filled and has to be recorded together with it: ordering keys, and messages that expired.
/// For the loop alone.
/// </summary>
internal sealed class FrameNotes(GroupDelivery group)
{
    private readonly RecordWriter _expired = new();
    private readonly RecordWriter _replayed = new();
    private readonly RecordDraft[] _drafts = new RecordDraft[4];

    /// <summary>Ordering keys.</summary>
    public KeyScan Keys { get; } = new(group);

    /// <summary>Messages that expired.</summary>
    public ExpiryScan Expiry { get; } = new(group);

    /// <summary>How far a replay comes with the frame; null: the frame is of none.</summary>
    public OffsetSpan? Replayed { get; set; }

    /// <summary>Of these, messages that do not come.</summary>
    public long PassedOver { get; set; }

    /// <summary>There is something to record.</summary>
    public bool Any => Keys.Any || Expiry.Any || Replayed is not null;

    /// <summary>There may be more.</summary>
    public bool HasRoom => Keys.HasRoom && Expiry.HasRoom;

    /// <summary>Begins a frame.</summary>
    /// <param name="settledAtOnce">Its messages are settled before they leave.</param>
    public void Begin(bool settledAtOnce)
    {
        Keys.Begin(settledAtOnce);
        Expiry.Clear();
        (Replayed, PassedOver) = (null, 0);
    }

    /// <summary>Forgets everything: nothing of it happened.</summary>
    public void Clear()
    {
        Keys.Clear();
        Expiry.Clear();
        (Replayed, PassedOver) = (null, 0);
    }

    /// <summary>Appends a record of the group with the notes that belong to it, and applies all. False: no room, nothing happened.</summary>
    public bool TryRecord(in RecordDraft draft)
    {
        if (!Any)
            return group.TryRecord(draft);
        _drafts[0] = draft;
        return TryAppend(1);
    }

    /// <summary>Appends the notes alone: nothing can be handed out. False: no room, nothing happened.</summary>
    public bool TryRecord() => TryAppend(0);

    private bool TryAppend(int count)
    {
        if (Keys.Any)
            _drafts[count++] = KeysDraft();
        if (Expiry.Any)
            _drafts[count++] = ExpiryDraft();
        if (Replayed is { } replayed)
            _drafts[count++] = ReplayDraft(replayed);
        for (int i = 0; i < count - 1; i++)
            _drafts[i] = _drafts[i] with { JoinsNext = true };
        bool done = group.TryRecord(_drafts.AsSpan(0, count));
        Array.Clear(_drafts);
        if (!done)
            return false;
        if (Keys.Any)
            group.Loop.Metrics.Held(Keys.Held);
        if (Expiry.Any)
            group.Loop.Metrics.Outlived(Expiry.Count, ExpiredPolicy.Drop);
        if (Replayed is { } passed)
            WasReplayed(passed);
        return true;
    }

    private RecordDraft KeysDraft()
    {
        var payload = group.Loop.Notes;
        payload.Clear();
        KeysNotedRecord.Write(Keys.Notes, payload);
        return Draft(RecordType.KeysNoted, payload);
    }

    private RecordDraft ExpiryDraft()
    {
        _expired.Clear();
        ExpiredRecord.Write(group.Loop.Now, Expiry.Runs, _expired);
        return Draft(RecordType.Expired, _expired);
    }

    private void WasReplayed(OffsetSpan passed)
    {
        group.Loop.Metrics.Replayed(passed, PassedOver);
        if (group.State.Replay is { IsRunning: false } done)
            group.Loop.Log.ReplayDone(group.State.Identity, done);
    }

    private RecordDraft ReplayDraft(OffsetSpan replayed)
    {
        _replayed.Clear();
        new GroupReplayRecord
        {
            Step = ReplayStep.Move, Time = group.Loop.Now, PassedOver = PassedOver, Delivered = replayed.End - replayed.First - PassedOver,
        }.Write(_replayed);
        return Draft(RecordType.GroupReplay, _replayed) with { Sequence = (ulong)replayed.End };
    }

    private RecordDraft Draft(RecordType type, RecordWriter payload) => new()
    {
        Type = type, Count = 1, Queue = group.Queue.Id, Source = group.State.Identity.Id, Sequence = (ulong)group.ScanOffset,
        Payload = payload.Written, PayloadCrc = Checksum.Of(payload.Written.Span), IsLazy = true,
    };
}
