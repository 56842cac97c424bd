using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>
/// Every group gets every message until it is settled; what is settled stays so; attempts rise; first deliveries come in order.
/// </summary>
internal sealed class GroupRules(ViolationLog log, SentMessages sent)
{
    private readonly Dictionary<GroupKey, GroupHistory> _groups = [];
    private readonly Dictionary<int, HistoryEvent> _settles = [];
    private readonly Dictionary<int, HistoryEvent> _commands = [];
    private readonly Dictionary<int, int> _durable = [];
    private readonly Dictionary<MessageKey, int> _sentAt = [];
    private readonly Dictionary<int, long> _handedOut = [];
    private readonly LateReading _late = new(moves: 2);

    public void Apply(HistoryEvent happened)
    {
        _late.Apply(happened);
        switch (happened.Kind)
        {
            case EventKind.LifeBegan:
                foreach (var group in _groups.Values)
                    group.ReleaseEnds(happened);
                break;
            case EventKind.PublishSent:
                _sentAt.TryAdd(happened.Message, happened.Number);
                break;
            case EventKind.GroupMade:
                Of(happened).Made(happened);
                break;
            case EventKind.PublishAnswered when happened.Durability == Durability.Synced && !happened.IsRepeat:
                _durable[happened.Life] = Math.Max(_durable.GetValueOrDefault(happened.Life), happened.Request);
                break;
            case EventKind.Delivered:
                _handedOut.Add(happened.Number, _late.Since);
                Delivered(Of(happened), happened);
                break;
            case EventKind.SettleSent:
                Sent(Of(happened), happened);
                break;
            case EventKind.SettleAnswered:
                Answered(Of(happened), happened);
                break;
            case EventKind.LeasesReleased:
                Of(happened).Release(happened);
                break;
            case EventKind.ReleaseDone:
                Of(happened).ReleaseEnds(happened);
                break;
            case EventKind.RedriveSent:
                Of(happened).Message(happened.Offset).Redrive(happened);
                break;
            case EventKind.RedriveAnswered:
                Of(happened).Message(happened.Offset).IsRedriveAnswered = true;
                break;
            case EventKind.DeadPurgeSent:
                Of(happened).Message(happened.Offset).PurgeDead();
                break;
            case EventKind.DeadPurgeAnswered:
                Of(happened).Message(happened.Offset).DeadIsPurged(happened);
                break;
            case EventKind.UndoSent:
                Of(happened).Message(happened.Offset).Undo();
                break;
            case EventKind.UndoAnswered:
                Of(happened).Message(happened.Offset).IsTakenBack(happened);
                break;
            case EventKind.ResumeSent:
                Resumed(Of(happened), happened);
                break;
            case EventKind.ResetSent or EventKind.ResetAnswered or EventKind.ReplaySent or EventKind.ReplayAnswered
                or EventKind.ReplayCancelSent or EventKind.PauseSent or EventKind.PauseAnswered or EventKind.UnpauseSent:
                Controlled(Of(happened), happened);
                break;
            case EventKind.GroupDeleteSent or EventKind.GroupKept:
                Of(happened).MayBeDeleted = happened.Kind == EventKind.GroupDeleteSent;
                break;
            case EventKind.DeadListed:
                Of(happened).Message(happened.Offset).Listed = happened;
                break;
            default:
                break;
        }
    }

    public void Finish(QueueRules queues)
    {
        var rules = new GroupEndRules(log, sent);
        var keys = new KeyRules(log, sent, _handedOut);
        foreach (var group in _groups.Values.Where(group => !group.MayBeDeleted && !sent.MayBeDeleted(group.Key.Queue)))
        {
            rules.Check(group, queues);
            keys.Check(group, queues);
        }
    }

    private GroupHistory Of(HistoryEvent happened)
    {
        if (!_groups.TryGetValue(happened.Group, out var group))
            _groups.Add(happened.Group, group = new GroupHistory(happened.Group));
        return group;
    }

    private void Sent(GroupHistory group, HistoryEvent settle)
    {
        _settles[settle.Number] = settle;
        group.Message(settle.Offset).Settles.Add(settle);
        if (settle.Verb == SettleVerb.AckUpTo)
            group.AckUpTo(settle);
    }

    private void Answered(GroupHistory group, HistoryEvent answer)
    {
        var settle = _settles[answer.Request];
        var message = group.Message(settle.Offset);
        message.Answer(answer, settle, group, message.Deliveries.Count > 0 && IsKeyed(message.Deliveries[0]));
        bool mayBeUnknown = group.WasReset || group.MayBeDeleted || sent.MayBeDeleted(group.Key.Queue);
        log.Require(answer.Error != ErrorCode.HandleInvalid || mayBeUnknown, () =>
            About(settle, ViolationKind.WronglyRefused, $"the handle of offset {settle.Offset} is not known any more"));
    }

    private void Delivered(GroupHistory group, HistoryEvent delivery)
    {
        var message = group.Message(delivery.Offset);
        log.Require(IsKeyed(delivery) || group.TakeFirst(message, delivery, _sentAt.GetValueOrDefault(delivery.Message)), () =>
            About(delivery, ViolationKind.OrderBroken, $"offset {delivery.Offset} was delivered first after a later one on its connection"));
        CheckSettled(group, message, delivery);
        // A frame that answers an earlier pull may be read late, and credit of before is used up by such.
        log.Require(group.Paused is not { } paused || delivery.Request <= paused.Number, () =>
            About(delivery, ViolationKind.PausedDelivered, $"offset {delivery.Offset} came while the group was paused"));
        if (delivery.Number > message.ComesAgainSince)
            message.ComesAgainSince = 0;
        if (group.IsAtMostOnce)
        {
            log.Require(message.Deliveries.Count == 0 || message.WasRedriven, () =>
                About(delivery, ViolationKind.DeliveredTwice, $"offset {delivery.Offset} was delivered before"));
        }
        else if (!message.WasRedriven)
        {
            foreach (var earlier in message.Deliveries)
                CheckAttempt(group, (earlier, delivery));
        }
        if (group.WasReset && message.DeadPurged is { } purged && !MayCross(purged, delivery))
            message.ComePurged();
        message.Deliveries.Add(delivery);
    }

    private void Controlled(GroupHistory group, HistoryEvent command)
    {
        switch (command.Kind)
        {
            case EventKind.ResetSent:
                _commands[command.Number] = command;
                group.Reset(command);
                break;
            case EventKind.ReplaySent:
                _commands[command.Number] = command;
                group.Replay(command);
                break;
            case EventKind.ResetAnswered or EventKind.ReplayAnswered when command.Error == ErrorCode.None:
                group.ComeAgain(_commands[command.Request]);
                break;
            case EventKind.ReplayCancelSent:
                group.CallOff();
                break;
            case EventKind.PauseAnswered:
                group.Paused = command;
                break;
            case EventKind.UnpauseSent:
                group.Paused = null;
                break;
            default:
                break;
        }
    }

    /// <summary>A key goes on: whatever message of it had parked it.</summary>
    private void Resumed(GroupHistory group, HistoryEvent resume)
    {
        group.Resumes.Add(resume);
        foreach (var message in group.Messages.Where(message => message.Deliveries.Count > 0 && KeyOf(message.Deliveries[0]) == resume.OrderingKey))
            message.Resume(resume);
    }

    private bool IsKeyed(HistoryEvent delivery) => KeyOf(delivery).Length > 0;

    private string KeyOf(HistoryEvent delivery) => sent.Find(delivery.Message)?.First.OrderingKey ?? "";

    private void CheckSettled(GroupHistory group, GroupMessage message, HistoryEvent delivery)
    {
        if (delivery.IsRedriven && group.WasReset)
            message.ComeRedriven(delivery);
        if (message.Acked is { } ack)
        {
            log.Require(message.TakeReplay(delivery, MayCross(ack, delivery)) || MayCross(ack, delivery), () =>
                About(delivery, ViolationKind.AckedRedelivered, $"offset {delivery.Offset} was acked and came again"));
        }
        if (message.Buried is { } buried)
        {
            log.Require(MayCross(buried, delivery), () =>
                About(delivery, ViolationKind.DeadRedelivered, $"offset {delivery.Offset} is a dead letter and came again"));
        }
        log.Require(message.TakenBack is null || !delivery.IsRedriven, () =>
            About(delivery, ViolationKind.TakenBackDelivered, $"offset {delivery.Offset} was taken back and came"));
        if (message.Parked is { } parked)
        {
            log.Require(MayCross(parked, delivery), () =>
                About(delivery, ViolationKind.ParkedDelivered, $"offset {delivery.Offset} parked its key and came again"));
        }
        foreach (var nack in message.Nacked)
        {
            // A nack by the handle of a lease that was given back changes nothing.
            bool wasGivenBack = message.Deliveries.Exists(earlier => earlier.Attempt == nack.Attempt && group.MayBeReleased(earlier));
            log.Require(delivery.Attempt > nack.Attempt || wasGivenBack || MayCross(nack, delivery), () =>
                About(delivery, ViolationKind.AttemptNotRaised, $"offset {delivery.Offset} was nacked at attempt {nack.Attempt}"));
        }
    }

    /// <summary>A frame of an earlier attempt that was on its way on another connection when the answer was read.</summary>
    private static bool MayCross(HistoryEvent answer, HistoryEvent delivery) =>
        delivery.Life == answer.Life
        && delivery.Connection != answer.Connection
        && delivery.ConnectedAfter < answer.Number
        && delivery.Attempt <= answer.Attempt;

    private void CheckAttempt(GroupHistory group, (HistoryEvent Earlier, HistoryEvent Later) pair)
    {
        var (earlier, later) = pair;
        // On two connections the one that was handed out first may be read last.
        bool mayRepeat = later.Attempt == earlier.Attempt && group.MayBeReleased(earlier);
        bool raised = later.Attempt > earlier.Attempt || mayRepeat;
        bool holds = true;
        if (earlier.Life != later.Life)
            holds = raised || earlier.Number >= _durable.GetValueOrDefault(earlier.Life);
        else
            holds = earlier.Connection == later.Connection ? raised : later.Attempt != earlier.Attempt || mayRepeat || group.MayBeReleased(later);
        log.Require(holds, () => About(
            later, ViolationKind.AttemptNotRaised, $"offset {later.Offset} came with attempt {earlier.Attempt} and again with {later.Attempt}"));
    }

    private static Violation About(HistoryEvent happened, ViolationKind kind, string text) => new(kind, $"{text} ({happened.Group})")
    {
        Group = happened.Group, Offset = happened.Offset,
    };
}
