using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Leases;

/// <summary>
/// Settles batches of runs: judges them, appends one record for what is good, applies it. One for each loop, used again and
/// again. For the loop alone.
/// </summary>
internal sealed class Settlement(DeliveryLoop loop)
{
    private readonly LeaseJudge _judge = new();
    private readonly List<RecordRun> _keyed = [];

    /// <summary>
    /// Settles runs of one group that say the same. False: no room for a record; nothing is done that another call would do
    /// again with another result.
    /// </summary>
    public bool TrySettle(GroupDelivery group, ReadOnlySpan<SettleItem> batch, SettleRequest request)
    {
        ref readonly var first = ref batch[0];
        if (first.Verb == SettleVerb.AckUpTo)
            return TryAckUpTo(group, first, request);
        _judge.Begin(group.State.Cursor, group.State.Dead, group.Queue.End, loop.Store.Epoch, loop.Store.RestoredAt);
        foreach (ref readonly var item in batch)
            _judge.Judge(item);
        if (_judge.Adopted.Count > 0 && !TryAdopt(group))
            return false;
        if (_judge.Good.Count > 0 && !TryDo(group, first, request))
            return false;
        foreach (var refused in _judge.Refused)
            request.Fail(refused.Item, new Offset(group.Queue.Band.OnWire(refused.First)), refused.Count, refused.Code);
        return true;
    }

    private bool TryDo(GroupDelivery group, in SettleItem item, SettleRequest request)
    {
        bool last = item.Attempt.Value >= group.State.Options.MaxAttempts;
        switch (item.Verb)
        {
            case SettleVerb.Ack:
                return TryAppend(group, new SettledRecord { How = SettledHow.Ack, Time = loop.Now }, item.Verb);
            case SettleVerb.Release:
                return TryAppend(group, new SettledRecord { How = SettledHow.Release, Time = loop.Now }, item.Verb);
            case SettleVerb.Nack when !last && group.State.Options.OnFailure == FailurePolicy.Skip:
                return TryNackUnkeyed(group, item, request);
            case SettleVerb.Nack when !last:
                return TryNack(group, item);
            case SettleVerb.Nack:
                Bury(group, _judge.Good, item.Reason ?? "nacked after the last attempt", request);
                return true;
            case SettleVerb.Reject:
                Bury(group, _judge.Good, item.Reason ?? "rejected", request);
                return true;
            default:
                return TryExtend(group, item);
        }
    }

    /// <summary>The group gives messages with an ordering key a single attempt.</summary>
    private bool TryNackUnkeyed(GroupDelivery group, in SettleItem item, SettleRequest request)
    {
        _judge.TakeKeyed(_keyed);
        if (_judge.Good.Count > 0 && !TryNack(group, item))
            return false;
        Bury(group, _keyed, item.Reason ?? "nacked, and its key goes on without it", request);
        return true;
    }

    private bool TryNack(GroupDelivery group, in SettleItem item)
    {
        TimeSpan delay = item.Delay > TimeSpan.Zero
            ? item.Delay
            : group.State.Options.Retry.After(item.Attempt.Value, loop.Jitter.NextDouble());
        long now = loop.Now;
        var record = new SettledRecord
        {
            How = SettledHow.Nack, Time = now, DueTime = now + (long)delay.TotalMilliseconds, Reason = item.Reason ?? "",
        };
        return TryAppend(group, record, item.Verb);
    }

    private bool TryAppend(GroupDelivery group, in SettledRecord record, SettleVerb verb)
    {
        var payload = loop.Payload;
        payload.Clear();
        int place = record.Write(payload);
        long messages = WriteRuns(payload, _judge.Good, place);
        var owner = group.State.Cursor.ConsumerWith(_judge.Good[0].First);
        if (!group.TryRecord(group.Draft(RecordType.Settled)))
            return false;
        // One look a batch: who settles leases of several consumers at once is rare.
        owner?.Settled(record.Time);
        loop.Metrics.Settled(verb, messages);
        group.HasDemand();
        return true;
    }

    private bool TryExtend(GroupDelivery group, in SettleItem item)
    {
        var length = item.Delay > Limits.MaxVisibilityTimeout ? Limits.MaxVisibilityTimeout : item.Delay;
        if (length <= TimeSpan.Zero)
            length = group.State.Options.VisibilityTimeout;
        var payload = loop.Payload;
        payload.Clear();
        int place = new ExtendedRecord(loop.Now, (uint)length.TotalMilliseconds, 0).Write(payload);
        long messages = WriteRuns(payload, _judge.Good, place);
        if (!group.TryRecord(group.Draft(RecordType.Extended)))
            return false;
        loop.Metrics.Settled(item.Verb, messages);
        return true;
    }

    private void Bury(GroupDelivery group, List<RecordRun> runs, string reason, SettleRequest request)
    {
        foreach (var run in runs)
        {
            for (long offset = run.First; offset < run.End; offset++)
                group.Burials.Add(offset, reason, request);
            group.State.Cursor.ConsumerWith(run.First)?.Settled(loop.Now);
            loop.Metrics.Settled(SettleVerb.Reject, run.Count);
        }
        group.HasDemand();
    }

    /// <summary>Leases what an earlier epoch had leased without a record that survived.</summary>
    private bool TryAdopt(GroupDelivery group)
    {
        var payload = loop.Payload;
        payload.Clear();
        int place = new LeasedRecord
        {
            Kind = LeaseKind.Adopted,
            Consumer = ReturningConsumer.Unknown,
            ConsumerName = "",
            Time = loop.Now,
            VisibilityMilliseconds = (uint)group.State.Options.VisibilityTimeout.TotalMilliseconds,
            Epoch = 0,
        }.Write(payload);
        WriteRuns(payload, _judge.Adopted, place);
        return group.TryRecord(group.Draft(RecordType.Leased));
    }

    private bool TryAckUpTo(GroupDelivery group, in SettleItem item, SettleRequest request)
    {
        var all = group.Main.Subscriptions.All;
        bool isAlone = all.Count == 1 || group.Main.Subscriptions.IsSingleActive;
        if (!isAlone || all.Count == 0 || all[0].Output != request.Output)
        {
            request.Fail(item, item.First, 0, ErrorCode.NotTheOnlyConsumer);
            return true;
        }
        // An offset that was handed out before a restore: it may be another message's now. Who names no epoch speaks of what it has here.
        if (item.Epoch != Epoch.None && item.Epoch <= loop.Store.RestoredAt)
        {
            request.Fail(item, item.First, 0, ErrorCode.LeaseLost);
            return true;
        }
        // Where a replay ran, a repeat would mean the other line once the replayed message it named is settled.
        if (group.State.Replay is not null && group.State.Cursor.ConsumerWith(item.First.Value)?.Id != all[0].ConsumerId)
            return true;
        var payload = loop.Payload;
        payload.Clear();
        var record = new SettledRecord { How = SettledHow.AckUpTo, Time = loop.Now, Consumer = all[0].ConsumerId };
        int place = record.Write(payload);
        new RecordRun(item.First.Value, 1, 0).Write(payload, withPlace: false);
        payload.FillUInt32(place, 1);
        int before = group.State.Cursor.Unsettled;
        var owner = group.State.Cursor.Holds.Find(all[0].ConsumerId);
        if (!group.TryRecord(group.Draft(RecordType.Settled)))
            return false;
        owner?.Settled(record.Time);
        loop.Metrics.Settled(item.Verb, before - group.State.Cursor.Unsettled);
        group.HasDemand();
        return true;
    }

    private static long WriteRuns(RecordWriter payload, List<RecordRun> runs, int place)
    {
        long messages = 0;
        foreach (var run in runs)
        {
            run.Write(payload, withPlace: false);
            messages += run.Count;
        }
        payload.FillUInt32(place, (uint)runs.Count);
        return messages;
    }
}
