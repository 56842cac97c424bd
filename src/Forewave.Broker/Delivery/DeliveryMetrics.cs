using System.Diagnostics.Metrics;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery;

/// <summary>Counts what delivery does, for all loops together. For any thread.</summary>
internal sealed class DeliveryMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _redelivered;
    private readonly Counter<long> _deliveredBytes;
    private readonly Counter<long> _frames;
    private readonly Counter<long> _settled;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _outlived;
    private readonly Counter<long> _filtered;
    private readonly Counter<long> _missed;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _operatedDead;
    private readonly Counter<long> _coldReads;
    private readonly UpDownCounter<long> _paused;
    private readonly UpDownCounter<long> _pausedByCommand;
    private readonly Counter<long> _limited;
    private readonly Counter<long> _reset;
    private readonly Counter<long> _replayed;
    private readonly Counter<long> _takeovers;
    private readonly Counter<long> _held;
    private readonly Counter<long> _parked;
    private readonly Counter<long> _resumed;

    /// <summary>Makes the instruments.</summary>
    public DeliveryMetrics(IMeterFactory meters, Cursors.CursorMemory cursors)
    {
        _meter = meters.Create("Forewave.Broker.Delivery");
        _meter.CreateObservableGauge("forewave.cursors.memory", () => cursors.Bytes, "By", "Memory of what groups have not settled");
        _delivered = _meter.CreateCounter<long>("messaging.forewave.delivery.messages", "{message}", "Messages handed to consumers");
        _redelivered = _meter.CreateCounter<long>(
            "messaging.forewave.delivery.redelivered", "{message}", "Of these, not for the first time");
        _deliveredBytes = _meter.CreateCounter<long>("messaging.forewave.delivery.io", "By", "Bytes of delivery frames");
        _frames = _meter.CreateCounter<long>("messaging.forewave.delivery.frames", "{frame}", "Delivery frames");
        _settled = _meter.CreateCounter<long>("messaging.forewave.settle.messages", "{message}", "Messages settled, by verb");
        _expired = _meter.CreateCounter<long>("messaging.forewave.lease.expired", "{message}", "Leases that ended by time");
        _outlived = _meter.CreateCounter<long>(
            "messaging.forewave.delivery.expired", "{message}", "Messages that expired before a group had settled them, by what became of them");
        _filtered = _meter.CreateCounter<long>("messaging.forewave.delivery.filtered", "{message}", "Messages passed over by filters");
        _missed = _meter.CreateCounter<long>(
            "messaging.forewave.delivery.missed", "{message}", "Messages gone before a group had settled them");
        _deadLettered = _meter.CreateCounter<long>("messaging.forewave.dead_letter.messages", "{message}", "Messages that died");
        _operatedDead = _meter.CreateCounter<long>(
            "messaging.forewave.dead_letter.operated", "{message}", "Dead letters that somebody redrove, purged or took back");
        _coldReads = _meter.CreateCounter<long>("messaging.forewave.delivery.cold_reads", "{read}", "Reads that memory did not serve");
        _paused = _meter.CreateUpDownCounter<long>(
            "messaging.forewave.group.paused", "{group}", "Groups without first deliveries because of what they have not settled");
        _pausedByCommand = _meter.CreateUpDownCounter<long>(
            "messaging.forewave.group.paused_by_command", "{group}", "Groups that somebody paused");
        _limited = _meter.CreateCounter<long>(
            "messaging.forewave.group.limited", "{turn}", "Turns in which a group had to wait for its delivery limit");
        _reset = _meter.CreateCounter<long>(
            "messaging.forewave.group.reset", "{message}", "Messages that resets of groups skipped, repeated or restarted");
        _replayed = _meter.CreateCounter<long>(
            "messaging.forewave.group.replayed", "{message}", "Messages of ranges that were to come once more, by what became of them");
        _takeovers = _meter.CreateCounter<long>(
            "messaging.forewave.group.takeovers", "{takeover}", "Consumers that took over from the active one of their group");
        _held = _meter.CreateCounter<long>(
            "messaging.forewave.ordering.held", "{message}", "Messages that had to wait for one before them in their ordering key");
        _parked = _meter.CreateCounter<long>("messaging.forewave.ordering.parked", "{key}", "Ordering keys that were set aside");
        _resumed = _meter.CreateCounter<long>("messaging.forewave.ordering.resumed", "{key}", "Parked ordering keys that were resumed");
    }

    /// <summary>A frame was written.</summary>
    public void Delivered(DeliveryFrame frame, long frameBytes)
    {
        _frames.Add(1);
        _delivered.Add(frame.Messages);
        _deliveredBytes.Add(frameBytes);
        if (frame.Again > 0)
            _redelivered.Add(frame.Again);
    }

    /// <summary>Messages were settled.</summary>
    public void Settled(SettleVerb verb, long messages) =>
        _settled.Add(messages, new KeyValuePair<string, object?>("messaging.forewave.settle.verb", NameOf(verb)));

    /// <summary>Leases ended by time.</summary>
    public void Expired(long messages) => _expired.Add(messages);

    /// <summary>Messages expired.</summary>
    public void Outlived(long messages, Groups.ExpiredPolicy fate) =>
        _outlived.Add(messages, new KeyValuePair<string, object?>(
            "messaging.forewave.expired.fate", fate == Groups.ExpiredPolicy.DeadLetter ? "dead_letter" : "dropped"));

    /// <summary>Messages were passed over by a filter.</summary>
    public void Filtered(long messages) => _filtered.Add(messages);

    /// <summary>Messages are gone.</summary>
    public void Missed(long messages, MoveReason why) =>
        _missed.Add(messages, new KeyValuePair<string, object?>("messaging.forewave.missed.reason", NameOf(why)));

    /// <summary>A message died.</summary>
    public void DeadLettered() => _deadLettered.Add(1);

    /// <summary>Somebody did something to dead letters.</summary>
    public void OperatedDead(DeadLetters.DeadAction action, long messages) =>
        _operatedDead.Add(messages, new KeyValuePair<string, object?>("messaging.forewave.dead_letter.action", action switch
        {
            DeadLetters.DeadAction.Redrive => "redrive",
            DeadLetters.DeadAction.Purge => "purge",
            _ => "undo",
        }));

    /// <summary>A read from disk was started.</summary>
    public void ColdRead() => _coldReads.Add(1);

    /// <summary>Messages wait for one before them in their key.</summary>
    public void Held(long messages) => _held.Add(messages);

    /// <summary>Keys were set aside.</summary>
    public void Parked(long keys) => _parked.Add(keys);

    /// <summary>Parked keys go on.</summary>
    public void Resumed(long keys) => _resumed.Add(keys);

    /// <summary>Somebody paused a group or resumed it.</summary>
    public void PausedByCommand(bool paused) => _pausedByCommand.Add(paused ? 1 : -1);

    /// <summary>A group has to wait for its rate, or for a lease to end.</summary>
    public void Limited(bool byRate) =>
        _limited.Add(1, new KeyValuePair<string, object?>("messaging.forewave.limit", byRate ? "rate" : "leases"));

    /// <summary>A group was reset.</summary>
    public void Reset(in Groups.ResetCounts counts)
    {
        _reset.Add(counts.Skipped, new KeyValuePair<string, object?>("messaging.forewave.reset", "skipped"));
        _reset.Add(counts.Repeated, new KeyValuePair<string, object?>("messaging.forewave.reset", "repeated"));
        _reset.Add(counts.Restarted, new KeyValuePair<string, object?>("messaging.forewave.reset", "restarted"));
    }

    /// <summary>A replay dealt with messages.</summary>
    public void Replayed(in Cursors.OffsetSpan span, long passedOver)
    {
        _replayed.Add(span.End - span.First - passedOver, new KeyValuePair<string, object?>("messaging.forewave.replay", "delivered"));
        _replayed.Add(passedOver, new KeyValuePair<string, object?>("messaging.forewave.replay", "passed_over"));
    }

    /// <summary>A consumer took over from the active one of its group.</summary>
    public void TookOver() => _takeovers.Add(1);

    /// <summary>A group was paused or goes on.</summary>
    public void Paused(bool paused) => _paused.Add(paused ? 1 : -1);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static string NameOf(SettleVerb verb) => verb switch
    {
        SettleVerb.Ack => "ack",
        SettleVerb.Nack => "nack",
        SettleVerb.Release => "release",
        SettleVerb.Extend => "extend",
        SettleVerb.Reject => "reject",
        SettleVerb.AckUpTo => "ack_up_to",
        _ => "other",
    };

    private static string NameOf(MoveReason why) => why switch
    {
        MoveReason.Expired => "expired",
        MoveReason.Purged => "purged",
        MoveReason.Damaged => "damaged",
        _ => "other",
    };
}
