using Forewave.Broker.Delivery.Groups;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>What one group was sent and said.</summary>
internal sealed class GroupHistory(GroupKey key)
{
    private readonly Dictionary<long, GroupMessage> _messages = [];
    private readonly HashSet<int> _released = [];
    private readonly Dictionary<(int Connection, int Band), long> _lastFirst = [];
    private readonly Dictionary<int, long> _ackedUpTo = [];
    private readonly Dictionary<int, long> _skippedBelow = [];
    private readonly Dictionary<int, long> _rewoundTo = [];
    private readonly List<HistoryEvent> _replays = [];
    private int _releasedUntil;
    private bool _isReleasing;

    public GroupKey Key { get; } = key;

    public bool IsAtMostOnce { get; private set; }

    public uint MaxAttempts { get; private set; } = 16;

    /// <summary>What a message that fails does to its ordering key.</summary>
    public FailurePolicy Policy { get; private set; }

    /// <summary>Number of the event since which its last consumer is there: what was on the way to those before it may be lost.</summary>
    public int MadeAt { get; private set; }

    /// <summary>What expired becomes a dead letter.</summary>
    public bool BuriesExpired { get; private set; }

    /// <summary>Somebody wanted it deleted, and it is not known to be there since: what it did not get is nobody's loss.</summary>
    public bool MayBeDeleted { get; set; }

    /// <summary>Acks up to an offset, in order.</summary>
    public List<HistoryEvent> AcksUpTo { get; } = [];

    /// <summary>Commands to let parked keys go on, in order.</summary>
    public List<HistoryEvent> Resumes { get; } = [];

    /// <summary>An ack up to an offset may have settled what never arrived: up to there nothing has to be delivered.</summary>
    public bool MayBeAckedUpTo(long offset) => offset <= _ackedUpTo.GetValueOrDefault(HistoryEvent.BandOf(offset));

    /// <summary>It began anew somewhere: what was to come before that place may be left out, and later ones come first.</summary>
    public bool WasReset { get; private set; }

    /// <summary>It is known to be paused since this event; null: it is not, or may not be any more.</summary>
    public HistoryEvent? Paused { get; set; }

    /// <summary>A reset may have left a message out.</summary>
    public bool MayBeSkipped(long offset) => offset < _skippedBelow.GetValueOrDefault(HistoryEvent.BandOf(offset));

    /// <summary>A reset may have let a message come again, or die of age anew before anybody saw it.</summary>
    public bool MayComeByReset(long offset) => offset >= _rewoundTo.GetValueOrDefault(HistoryEvent.BandOf(offset), long.MaxValue);

    /// <summary>Somebody asked it to begin anew at an offset; what of it is to come again shows when that is answered.</summary>
    public void Reset(HistoryEvent sent)
    {
        WasReset = true;
        _skippedBelow[sent.Band] = Math.Max(sent.Offset, _skippedBelow.GetValueOrDefault(sent.Band));
        _rewoundTo[sent.Band] = Math.Min(sent.Offset, _rewoundTo.GetValueOrDefault(sent.Band, long.MaxValue));
        foreach (var (offset, message) in _messages.Where(pair => HistoryEvent.BandOf(pair.Key) == sent.Band))
        {
            message.ComesAgainSince = 0;
            if (offset >= sent.Offset)
                message.Rewind(sent, andDead: true);
            else
                message.PassOver(sent);
        }
    }

    /// <summary>Somebody asked for a range to come once more.</summary>
    public void Replay(HistoryEvent sent)
    {
        _replays.Add(sent);
        foreach (var message in Of(sent))
            message.Rewind(sent, andDead: false);
    }

    /// <summary>Whether the event of a number asked for a replay.</summary>
    public bool IsReplay(int number) => _replays.Exists(sent => sent.Number == number);

    /// <summary>A reset or a replay is done, or begun: what was settled in its range before comes again.</summary>
    public void ComeAgain(HistoryEvent sent)
    {
        foreach (var message in Of(sent).Where(message => message.RedrivenAt == sent.Number && message.Deliveries[^1].Number < sent.Number))
            message.ComesAgainSince = sent.Number;
    }

    /// <summary>What has to come again need not any more.</summary>
    public void CallOff()
    {
        foreach (var message in _messages.Values)
            message.ComesAgainSince = 0;
    }

    private IEnumerable<GroupMessage> Of(HistoryEvent range) => _messages.Where(pair => IsIn(range, pair.Key)).Select(pair => pair.Value);

    private static bool IsIn(HistoryEvent range, long offset) => offset >= range.Offset
        && HistoryEvent.BandOf(offset) == range.Band && (range.Count == 0 || offset < range.Offset + range.Count);

    /// <summary>The attempt after which a message is given up.</summary>
    public uint LastAttempt(bool isKeyed) => isKeyed && Policy == FailurePolicy.Skip ? 1 : MaxAttempts;

    /// <summary>A message that is given up is set aside with its key.</summary>
    public bool Parks(bool isKeyed) => isKeyed && Policy == FailurePolicy.Park;

    public void Made(HistoryEvent made)
    {
        MadeAt = made.Number;
        IsAtMostOnce = made.Text == "at-most-once";
        MaxAttempts = made.Count > 0 ? (uint)made.Count : MaxAttempts;
        Policy = made.Policy;
        BuriesExpired = made.BuriesExpired;
    }

    /// <summary>All that it has had to do with.</summary>
    public IReadOnlyCollection<GroupMessage> Messages => _messages.Values;

    public GroupMessage Message(long offset)
    {
        if (!_messages.TryGetValue(offset, out var message))
        {
            _messages.Add(offset, message = new GroupMessage());
            // Nobody has seen it, and the group may have settled it all the same, or have it unsettled.
            if (_replays.FindLast(range => IsIn(range, offset)) is { } replay)
                message.Rewind(replay, andDead: false);
        }
        return message;
    }

    /// <summary>Leases of a connection were given back in place: they come again, under the same attempt.</summary>
    public void Release(HistoryEvent happened)
    {
        _released.Add(happened.Connection);
        _isReleasing = true;
    }

    /// <summary>Nothing more is given back because of what was asked for so far.</summary>
    public void ReleaseEnds(HistoryEvent happened)
    {
        if (_isReleasing)
            _releasedUntil = happened.Number;
        _isReleasing = false;
    }

    /// <summary>Whether a message may have been given back in place before anybody saw it: only if it was there then.</summary>
    /// <param name="sentAt">Number of the event with which it was first sent.</param>
    public bool MayHaveBeenReleased(int sentAt) => _isReleasing || sentAt < _releasedUntil;

    public bool MayBeReleased(HistoryEvent delivery) =>
        _released.Contains(delivery.Connection)
        || Message(delivery.Offset).Settles.Exists(settle =>
            settle.Verb is SettleVerb.Release && settle.Attempt == delivery.Attempt);

    /// <summary>
    /// Whether a delivery of a message without an ordering key keeps the order of first deliveries. A message that was given back in
    /// place comes again under its first attempt, maybe after later ones.
    /// </summary>
    public bool TakeFirst(GroupMessage message, HistoryEvent delivery, int sentAt)
    {
        if (delivery.Attempt != 1 || message.Deliveries.Count > 0 || delivery.IsRedriven || WasReset)
            return true;
        var line = (delivery.Connection, delivery.Band);
        bool holds = delivery.Offset > _lastFirst.GetValueOrDefault(line) || MayHaveBeenReleased(sentAt);
        _lastFirst[line] = Math.Max(delivery.Offset, _lastFirst.GetValueOrDefault(line));
        return holds;
    }

    /// <summary>Up to its offset an ack reached, among messages of its priority.</summary>
    public void AckUpTo(HistoryEvent ack)
    {
        AcksUpTo.Add(ack);
        _ackedUpTo[ack.Band] = Math.Max(ack.Offset, _ackedUpTo.GetValueOrDefault(ack.Band));
    }
}
