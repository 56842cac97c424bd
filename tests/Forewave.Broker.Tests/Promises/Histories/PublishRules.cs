using Forewave.Broker.Ingest;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>One sequence, one message, one position, for ever; a durable receipt is kept.</summary>
internal sealed class PublishRules(ViolationLog log, SentMessages sent, IdRules ids)
{
    private static readonly ErrorCode[] AllowedRefusals =
    [
        ErrorCode.PartitionStopped, ErrorCode.StoreUnavailable, ErrorCode.ShuttingDown, ErrorCode.ProducerUnknown, ErrorCode.PreviousRefused,
    ];

    private readonly Dictionary<MessageKey, PublishedMessage> _messages = [];
    private readonly Dictionary<ulong, MessageKey> _positions = [];
    private readonly HashSet<string> _relaxed = [];
    private readonly List<HistoryEvent> _refused = [];
    private readonly HashSet<(int Life, string Queue, MessageKey Message)> _unanswered = [];

    public void Apply(HistoryEvent happened)
    {
        switch (happened.Kind)
        {
            case EventKind.QueueMade when happened.Text == "relaxed":
                _relaxed.Add(happened.Group.Queue);
                break;
            case EventKind.PublishSent:
                _messages.TryAdd(happened.Message, new PublishedMessage(happened.Message, happened.Group.Queue, happened.Text));
                _unanswered.Add(Sending(happened));
                break;
            case EventKind.PublishAnswered:
                _unanswered.Remove(Sending(happened));
                Answered(happened);
                break;
            case EventKind.PublishRefused:
                _unanswered.Remove(Sending(happened));
                Refused(happened);
                break;
            case EventKind.Delivered:
                Delivered(happened);
                break;
            default:
                break;
        }
    }

    public void Finish(QueueRules queues)
    {
        foreach (var behind in _refused.Where(refused => refused.Error == ErrorCode.PreviousRefused))
            CheckBehind(behind);
        foreach (var message in _messages.Values)
        {
            foreach (var receipt in message.Repeats)
                CheckRepeat(message, receipt, queues);
        }
        foreach (var message in _messages.Values.Where(message => message.IsAcknowledged && !MayBeGone(message.Key)))
        {
            log.Require(queues.Has(message.Queue, message.Position), () => new Violation(
                ViolationKind.AcknowledgedLost, $"message {message.Key} was acknowledged and is not in {message.Queue}")
            { Message = message.Key, Position = message.Position });
        }
        ids.Finish(_messages.Values);
    }

    /// <summary>
    /// It is refused because one before it, of its producer in its queue, was for a reason of its own; that refusal may have been under
    /// way still when the power failed.
    /// </summary>
    private void CheckBehind(HistoryEvent behind)
    {
        bool isBehind = _refused.Exists(refused => refused.Error != ErrorCode.PreviousRefused && refused.Life == behind.Life
            && refused.Group.Queue == behind.Group.Queue && refused.Message.Producer == behind.Message.Producer
            && refused.Message.Sequence < behind.Message.Sequence);
        isBehind |= _unanswered.Any(sending => sending.Life == behind.Life && sending.Queue == behind.Group.Queue
            && sending.Message.Producer == behind.Message.Producer && sending.Message.Sequence < behind.Message.Sequence);
        log.Require(isBehind, () => About(
            behind, ViolationKind.WronglyRefused, $"message {behind.Message} was refused with {behind.Error}, and none before it was"));
    }

    /// <summary>The receipt of a repeat names the message itself, or the one with its id; that one is there, and no second copy is.</summary>
    private void CheckRepeat(PublishedMessage message, HistoryEvent receipt, QueueRules queues)
    {
        var owner = _positions.TryGetValue(receipt.Position, out var key) ? _messages[key] : null;
        if (owner is not null && owner != message)
            ids.CheckRepeat(receipt, owner);
        log.Require(!message.IsFirm || message.Position == receipt.Position, () => About(
            receipt, ViolationKind.SecondCopy, $"message {message.Key} is at {message.Position:x16}, and said to be a repeat of {receipt.Position:x16}"));
        bool mayBeGone = owner is null ? MayBeGone(message.Key) || MayBeGoneById(message.Key) : MayBeGone(owner.Key);
        bool isThere = mayBeGone || receipt.Durability == Durability.Memory || queues.Has(owner?.Queue ?? receipt.Group.Queue, receipt.Position);
        log.Require(isThere, () => About(
            receipt, ViolationKind.AcknowledgedLost, $"message {message.Key} was acknowledged as a repeat, and its original is not in {owner?.Queue ?? receipt.Group.Queue}"));
    }

    private bool MayBeGone(MessageKey key) => sent.Find(key)?.MayBeGone(sent.Now) == true;

    /// <summary>Who is at the position of a receipt is not known: some message with the same id may be, that need not be found.</summary>
    private bool MayBeGoneById(MessageKey key) => sent.Find(key)?.First is { DeduplicationId.Length: > 0 } first
        && _messages.Keys.Select(sent.Find).Any(other => other?.MayBeGone(sent.Now) == true && other.First.DeduplicationId == first.DeduplicationId);

    private void Answered(HistoryEvent happened)
    {
        bool isDurable = happened.Durability != Durability.Memory;
        bool isRelaxed = _relaxed.Contains(happened.Group.Queue);
        log.Require(isDurable || isRelaxed, () => About(happened, ViolationKind.DurabilityWrong, "a synced queue's receipt says memory"));
        log.Require(happened.Durability != Durability.Unspecified && (happened.Durability == Durability.Synced || !isDurable), () =>
            About(happened, ViolationKind.DurabilityWrong, $"the receipt says {happened.Durability}"));
        if (!_messages.TryGetValue(happened.Message, out var message))
            return;
        // Which message the receipt of a repeat names shows at the end.
        if (happened.IsRepeat && sent.Find(happened.Message)?.First.DeduplicationId.Length > 0)
        {
            message.Repeats.Add(happened);
            return;
        }
        Learn(message, happened, isDurable);
        message.IsAcknowledged |= isDurable;
    }

    private void Refused(HistoryEvent happened)
    {
        // What is sent again while it is on its way to a queue that was deleted gets that one's answer.
        bool isDeleted = (happened.Error == ErrorCode.QueueNotFound && sent.MayBeDeleted(happened.Group.Queue))
            || (happened.Error is ErrorCode.SequenceGap or ErrorCode.QueueNotFound && sent.Find(happened.Message) is { HasOneQueue: false });
        log.Require(AllowedRefusals.Contains(happened.Error) || isDeleted || IsTooLate(happened), () =>
            About(happened, ViolationKind.WronglyRefused, $"message {happened.Message} was refused with {happened.Error}"));
        _refused.Add(happened);
        // Of a producer whose first messages went to relaxed queues a power loss may leave nothing.
        bool isForgotten = happened.Error is ErrorCode.ProducerUnknown
            && _messages.Values.Any(message => message.Key.Producer == happened.Message.Producer
                && message.IsFirm && message.FirmSince < happened.Life);
        log.Require(!isForgotten, () =>
            About(happened, ViolationKind.WronglyRefused, $"message {happened.Message} was refused with {happened.Error}, its producer has stored messages"));
    }

    /// <summary>It, or one that was sent with it, was to come, or to expire, more than the grace before it was refused.</summary>
    private bool IsTooLate(HistoryEvent refused)
    {
        long now = refused.Time.ToUnixTimeMilliseconds();
        return refused.Error is ErrorCode.DeliveryTimeInvalid or ErrorCode.ExpiryTimeInvalid && _messages.Values.Any(message =>
            message.Key.Producer == refused.Message.Producer && message.Queue == refused.Group.Queue
            && sent.Find(message.Key)?.First is { } asked && Named(asked, refused.Error) is > 0 and var time && time < now);
    }

    /// <summary>Until when a sending may arrive that names a time; 0: it names none.</summary>
    private static long Named(HistoryEvent asked, ErrorCode error) => error == ErrorCode.DeliveryTimeInvalid
        ? asked is { Due: > 0, IsRelative: false } ? asked.Due + (long)ScheduledSlices.LateArrival.TotalMilliseconds : 0
        : asked is { Expires: > 0, IsTimeToLive: false } ? asked.Expires + (long)ExpiryCheck.LateArrival.TotalMilliseconds : 0;

    private void Delivered(HistoryEvent happened)
    {
        if (!_messages.TryGetValue(happened.Message, out var message) || sent.Find(happened.Message)?.WasSentTo(happened.Group.Queue) != true)
        {
            log.Add(About(happened, ViolationKind.DeliveredUnknown, $"nobody sent message {happened.Message} to {happened.Group.Queue}"));
            return;
        }
        log.Require(message.Digest == happened.Text, () =>
            About(happened, ViolationKind.DeliveredUnknown, $"message {happened.Message} was delivered with other bytes"));
        Learn(message, happened, isFirm: true);
    }

    private void Learn(PublishedMessage message, HistoryEvent happened, bool isFirm)
    {
        if (!_positions.TryAdd(happened.Position, message.Key) && _positions[happened.Position] != message.Key)
        {
            log.Add(About(happened, ViolationKind.PositionGivenTwice, $"it is that of message {_positions[happened.Position]} too"));
            return;
        }
        bool mayMove = message.Position == 0 || (!message.IsFirm && message.Life != happened.Life);
        log.Require(mayMove || message.Position == happened.Position, () => About(
            happened, ViolationKind.SecondCopy, $"message {message.Key} is at {message.Position:x16} and at {happened.Position:x16}"));
        message.Position = happened.Position;
        if (isFirm && !message.IsFirm)
            (message.FirmSince, message.FirmTime) = (happened.Life, happened.Time);
        message.IsFirm |= isFirm;
        message.Life = happened.Life;
    }

    private static (int Life, string Queue, MessageKey Message) Sending(HistoryEvent happened) =>
        (happened.Life, happened.Group.Queue, happened.Message);

    private static Violation About(HistoryEvent happened, ViolationKind kind, string text) => new(kind, text)
    {
        Message = happened.Message, Position = happened.Position,
    };
}
