using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>What must hold for a group when everything was drained.</summary>
internal sealed class GroupEndRules(ViolationLog log, SentMessages sent)
{
    private const string LastExpired = "the lease of the last attempt expired";
    private const string Expired = "expired";

    public void Check(GroupHistory group, QueueRules queues)
    {
        foreach (var first in queues.Messages(group.Key.Queue))
            Check(group, group.Message(first.Offset), first);
    }

    private void Check(GroupHistory group, GroupMessage message, HistoryEvent first)
    {
        long offset = first.Offset;
        Violation About(ViolationKind kind, string text) => new(kind, $"{text} ({group.Key})") { Group = group.Key, Offset = offset, Position = first.Position };

        var asked = sent.Find(first.Message);
        bool isPurged = asked is { MayBePurged: true };
        bool isExpired = asked?.MayHaveExpired(sent.Now) == true;
        bool isDropped = isExpired && (!group.BuriesExpired || group.WasReset || message.Listed is not null || message.MayBeDeadPurged);
        bool isExempt = group.IsAtMostOnce || group.MayBeAckedUpTo(offset) || isPurged || group.MayBeSkipped(offset);
        // A replay leaves dead letters where they are, also of what came again after a reset and was settled then.
        bool stays = message.Listed is not null && group.IsReplay(message.ComesAgainSince);
        log.Require(isExempt || stays || isExpired || message.ComesAgainSince == 0, () => About(ViolationKind.NotRepeated, $"offset {offset} was to come again and did not"));
        if (message.Listed is { } listed)
            CheckListed(group, message, (listed, first));
        log.Require(message.TakenBack is null || message.Listed is not null, () =>
            About(ViolationKind.TakenBackLost, $"offset {offset} was taken back and is no dead letter"));
        bool diedOfAgeAnew = message.Listed is { Reason: Expired } && group.MayComeByReset(offset);
        log.Require(message.DeadPurged is null || message.Listed is null || diedOfAgeAnew, () =>
            About(ViolationKind.DeadPurgedListed, $"the dead letter of offset {offset} was purged and is there"));
        if (message.Deliveries.Count == 0)
        {
            // An ack up to an offset may cross what is handed out anew because it was given back.
            bool maySkip = group.IsAtMostOnce || isPurged || isDropped || group.MayBeSkipped(offset) || (isExempt && group.MayHaveBeenReleased(asked?.First.Number ?? 0));
            log.Require(maySkip, () => About(ViolationKind.NotDelivered, $"offset {offset} never came"));
            return;
        }
        bool isSettled = isExempt || isDropped || message.Acked is not null || message.MayBeAcked || message.Listed is not null || message.WasSettledBefore
            || message.MayBeDeadPurged;
        log.Require(isSettled, () => About(ViolationKind.LostForGroup, $"offset {offset} was not settled and never came again"));
        bool cameAgain = isExempt || !message.IsRedriveAnswered || message.Deliveries[^1].Number > message.RedrivenAt;
        // A redriven message that was lost on the way, with its connection, is a dead letter again where it had but one attempt.
        bool diedUnseen = LastAttempt(group, first) == 1 && message.Listed is { Reason: LastExpired } && group.MadeAt > message.RedrivenAt;
        log.Require(cameAgain || diedUnseen || message.MayBeDeadPurged, () => About(ViolationKind.LostForGroup, $"offset {offset} was redriven and never came"));
        log.Require(message.Buried is null || message.Listed is not null || isPurged || message.MayBeDeadPurged, () =>
            About(ViolationKind.DeadLetterMissing, $"offset {offset} was {message.Buried!.Verb}ed at attempt {message.Buried.Attempt}"));
    }

    private void CheckListed(GroupHistory group, GroupMessage message, (HistoryEvent Listed, HistoryEvent First) pair)
    {
        var (listed, first) = pair;
        Violation Wrong(string text) => new(ViolationKind.DeadLetterWrong, $"{text} ({group.Key})") { Group = group.Key, Offset = listed.Offset };

        bool isSame = listed.Message == first.Message && listed.Text == first.Text && listed.Position == first.Position;
        log.Require(isSame, () => Wrong($"the dead letter of offset {listed.Offset} is message {listed.Message}, not {first.Message}"));
        bool diesOfAge = listed.Reason == Expired;
        log.Require(!diesOfAge || (group.BuriesExpired && sent.Find(first.Message)?.MayHaveExpired(sent.Now) == true), () =>
            Wrong($"offset {listed.Offset} is dead as expired"));
        uint last = LastAttempt(group, first);
        var reasons = message.Settles.Where(settle => settle.Verb == SettleVerb.Reject || (settle.Verb == SettleVerb.Nack && settle.Attempt >= last)).ToList();
        // The last lease may have expired: a late ack of it is taken, and changes nothing.
        bool mayDie = reasons.Count > 0 || message.Deliveries.Exists(delivery => delivery.Attempt >= last) || message.WasRedriven || diesOfAge;
        log.Require(mayDie, () => Wrong($"nobody gave offset {listed.Offset} up"));
        if (message.WasRedriven || message.MayBeGivenUp)
            return;
        // What is said of a last attempt after its lease expired comes too late.
        bool mayBeLate = message.Deliveries.Exists(delivery => delivery.Attempt >= last);
        if (message.Buried is not null && reasons.Count == 1 && !mayBeLate)
            log.Require(listed.Reason == reasons[0].Reason, () => Wrong($"offset {listed.Offset} died of '{listed.Reason}'"));
        foreach (var nack in message.Nacked)
        {
            bool isAlone = message.Settles.Count(settle => settle.Attempt == nack.Attempt && settle.Verb is SettleVerb.Nack or SettleVerb.Reject) == 1;
            bool isThere = listed.Attempts.Any(attempt => attempt.Attempt == nack.Attempt && attempt.Reason == nack.Reason);
            log.Require(!isAlone || isThere || nack.Attempt >= last, () => Wrong($"the history of offset {listed.Offset} lacks attempt {nack.Attempt}"));
        }
    }

    private uint LastAttempt(GroupHistory group, HistoryEvent first) =>
        group.LastAttempt(sent.Find(first.Message)?.First.OrderingKey.Length > 0);
}
