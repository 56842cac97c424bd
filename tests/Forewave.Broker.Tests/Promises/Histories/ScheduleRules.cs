using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>
/// A scheduled message never comes before its time, and never when its cancel was answered; what was answered to an operator is
/// so; those that wait together come in the order of their times.
/// </summary>
internal sealed class ScheduleRules(ViolationLog log, SentMessages sent)
{
    private readonly Dictionary<int, (HistoryEvent Sent, long DueBefore, bool MayBeCancelled)> _commands = [];
    private readonly Dictionary<MessageKey, HistoryEvent> _cancelled = [];
    private readonly Dictionary<MessageKey, HistoryEvent> _delivered = [];
    private readonly Dictionary<MessageKey, HistoryEvent> _acknowledged = [];

    /// <summary>Sees an event before <see cref="SentMessages"/> does.</summary>
    public void Foresee(HistoryEvent happened)
    {
        if (happened.Kind is EventKind.CancelSent or EventKind.RescheduleSent && sent.Find(happened.Message) is { } message)
            _commands[happened.Number] = (happened, message.Due, message.MayBeCancelled);
    }

    public void Apply(HistoryEvent happened)
    {
        switch (happened.Kind)
        {
            case EventKind.PublishAnswered when !happened.IsRepeat && happened.Durability == Durability.Synced:
                _acknowledged.TryAdd(happened.Message, happened);
                break;
            case EventKind.CancelAnswered or EventKind.RescheduleAnswered when sent.Find(happened.Message) is { } message:
                Answered(happened, message);
                break;
            case EventKind.Delivered when sent.Find(happened.Message) is { } message:
                Delivered(happened, message);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Of two that were both known to be scheduled before the first of their times had come, the one that is due first has the lower
    /// offset.
    /// </summary>
    public void Finish()
    {
        var timed = _delivered.Values
            .Select(delivery => (Delivery: delivery, Message: sent.Find(delivery.Message)!))
            .Where(pair => pair.Message.First is { Due: > 0, IsRelative: false } && pair.Message.HasItsFirstTime)
            .GroupBy(pair => (pair.Delivery.Group.Queue, pair.Delivery.Band));
        foreach (var band in timed)
        {
            var inOrder = band.OrderBy(pair => pair.Message.Due).ThenBy(pair => pair.Delivery.Position).ToList();
            for (int i = 0; i < inOrder.Count; i++)
            {
                // What comes after its time is published at once. The position of a message of a transaction says nothing of when it was scheduled.
                var first = inOrder[i];
                foreach (var later in inOrder.Skip(i + 1).Where(later => WasThere(first, later.Message.Due) && WasThere(later, long.MaxValue) && !MayTie(first, later)))
                {
                    log.Require(first.Delivery.Offset < later.Delivery.Offset, () => About(
                        later.Delivery, ViolationKind.ScheduleOrderBroken, $"message {later.Delivery.Message} stands before {first.Delivery.Message}, which was due first"));
                }
            }
        }
    }

    private static bool MayTie((HistoryEvent Delivery, SentMessage Message) first, (HistoryEvent Delivery, SentMessage Message) later) =>
        first.Message.Due == later.Message.Due && (first.Message.First.Transaction != 0 || later.Message.First.Transaction != 0);

    /// <summary>It is known to have been scheduled before a time, and before its own.</summary>
    private bool WasThere((HistoryEvent Delivery, SentMessage Message) pair, long time) =>
        _acknowledged.TryGetValue(pair.Delivery.Message, out var answer)
        && answer.Time.ToUnixTimeMilliseconds() < Math.Min(time, pair.Message.Due);

    private void Answered(HistoryEvent answer, SentMessage message)
    {
        var (command, dueBefore, mayBeCancelled) = _commands[answer.Request];
        if (answer.Error == ErrorCode.None)
        {
            if (answer.Kind == EventKind.RescheduleAnswered)
                message.Due = command.Due;
            else
                _cancelled[answer.Message] = answer;
            log.Require(!_delivered.ContainsKey(answer.Message), () => About(
                answer, ViolationKind.CancelledDelivered, $"message {answer.Message} was out already when it was cancelled or rescheduled"));
            return;
        }
        if (answer.Kind == EventKind.CancelAnswered && IsRefusal(answer))
            message.MayBeCancelled = mayBeCancelled;
        bool wasThere = _acknowledged.TryGetValue(answer.Message, out var acknowledged) && acknowledged.Number < command.Number
            && !mayBeCancelled && answer.Time.ToUnixTimeMilliseconds() < dueBefore;
        log.Require(!wasThere || !IsRefusal(answer), () => About(
            answer, ViolationKind.WronglyRefused, $"message {answer.Message} is scheduled, and its {command.Kind} was refused with {answer.Error}"));
    }

    private static bool IsRefusal(HistoryEvent answer) => answer.Error is ErrorCode.NotScheduled or ErrorCode.MessageNotFound;

    private void Delivered(HistoryEvent delivery, SentMessage message)
    {
        _delivered.TryAdd(delivery.Message, delivery);
        log.Require(delivery.Time.ToUnixTimeMilliseconds() >= message.Due, () => About(
            delivery, ViolationKind.DeliveredEarly, $"message {delivery.Message} came at {delivery.Time:O}, it is due at {message.Due}"));
        log.Require(!_cancelled.ContainsKey(delivery.Message), () =>
            About(delivery, ViolationKind.CancelledDelivered, $"message {delivery.Message} was cancelled and came"));
    }

    private static Violation About(HistoryEvent happened, ViolationKind kind, string text) => new(kind, text)
    {
        Message = happened.Message, Group = GroupKey.OfQueue(happened.Group.Queue), Offset = happened.Offset, Position = happened.Position,
    };
}
