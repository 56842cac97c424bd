using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>One sequence, one message, one position, for ever; a durable receipt is kept.</summary>
internal sealed class PublishRules(ViolationLog log)
{
    private static readonly ErrorCode[] AllowedRefusals =
    [
        ErrorCode.PartitionStopped, ErrorCode.StoreUnavailable, ErrorCode.ShuttingDown, ErrorCode.ProducerUnknown,
    ];

    private readonly Dictionary<MessageKey, PublishedMessage> _messages = [];
    private readonly Dictionary<ulong, MessageKey> _positions = [];
    private readonly HashSet<string> _relaxed = [];

    public void Apply(HistoryEvent happened)
    {
        switch (happened.Kind)
        {
            case EventKind.QueueMade when happened.Text == "relaxed":
                _relaxed.Add(happened.Group.Queue);
                break;
            case EventKind.PublishSent:
                _messages.TryAdd(happened.Message, new PublishedMessage(happened.Message, happened.Group.Queue, happened.Text));
                break;
            case EventKind.PublishAnswered:
                Answered(happened);
                break;
            case EventKind.PublishRefused:
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
        foreach (var message in _messages.Values.Where(message => message.IsAcknowledged))
        {
            log.Require(queues.Has(message.Queue, message.Position), () => new Violation(
                ViolationKind.AcknowledgedLost, $"message {message.Key} was acknowledged and is not in {message.Queue}")
            { Message = message.Key, Position = message.Position });
        }
    }

    private void Answered(HistoryEvent happened)
    {
        bool isDurable = happened.Durability != Durability.Memory;
        bool isRelaxed = _relaxed.Contains(happened.Group.Queue);
        log.Require(isDurable || isRelaxed, () => About(happened, ViolationKind.DurabilityWrong, "a synced queue's receipt says memory"));
        log.Require(happened.Durability != Durability.Unspecified && (happened.Durability == Durability.Synced || !isDurable), () =>
            About(happened, ViolationKind.DurabilityWrong, $"the receipt says {happened.Durability}"));
        if (!_messages.TryGetValue(happened.Message, out var message))
            return;
        Learn(message, happened, isDurable);
        message.IsAcknowledged |= isDurable;
    }

    private void Refused(HistoryEvent happened)
    {
        log.Require(AllowedRefusals.Contains(happened.Error), () =>
            About(happened, ViolationKind.WronglyRefused, $"message {happened.Message} was refused with {happened.Error}"));
        // Of a producer whose first messages went to relaxed queues a power loss may leave nothing.
        bool isForgotten = happened.Error is ErrorCode.ProducerUnknown
            && _messages.Values.Any(message => message.Key.Producer == happened.Message.Producer
                && message.IsFirm && message.FirmSince < happened.Life);
        log.Require(!isForgotten, () =>
            About(happened, ViolationKind.WronglyRefused, $"message {happened.Message} was refused with {happened.Error}, its producer has stored messages"));
    }

    private void Delivered(HistoryEvent happened)
    {
        if (!_messages.TryGetValue(happened.Message, out var message) || message.Queue != happened.Group.Queue)
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
            message.FirmSince = happened.Life;
        message.IsFirm |= isFirm;
        message.Life = happened.Life;
    }

    private static Violation About(HistoryEvent happened, ViolationKind kind, string text) => new(kind, text)
    {
        Message = happened.Message, Position = happened.Position,
    };
}
