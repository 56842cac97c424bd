using Forewave.Broker.Ingest;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>
/// The messages of a transaction come all or none, in every queue, and none before somebody asked to commit it; what is committed is not
/// missing; how a transaction ended is told the same for ever. A decision that nobody answered counts or does not, but as a whole.
/// </summary>
internal sealed class TransactionRules(ViolationLog log, SentMessages sent)
{
    private readonly Dictionary<ulong, KnownTransaction> _byId = [];
    private readonly List<KnownTransaction> _all = [];
    private readonly Dictionary<MessageKey, (KnownTransaction Transaction, PreparedPart Part)> _byMessage = [];
    private readonly Dictionary<int, HistoryEvent> _decisions = [];
    private readonly Dictionary<MessageKey, HistoryEvent> _came = [];

    /// <summary>Takes an event; returns what it is to the other rules: a message is published when its commit is asked for.</summary>
    public IReadOnlyList<HistoryEvent> Apply(HistoryEvent happened)
    {
        switch (happened.Kind)
        {
            case EventKind.TransactionBegun:
                Begun(happened);
                break;
            case EventKind.PrepareSent:
                Prepared(happened);
                break;
            case EventKind.PrepareAnswered:
                Answered(happened, _byMessage[happened.Message]);
                break;
            case EventKind.PrepareRefused:
                Refused(happened, _byMessage[happened.Message]);
                break;
            case EventKind.DecisionSent:
                _decisions.Add(happened.Number, happened);
                return Asked(Of(happened), happened);
            case EventKind.DecisionAnswered:
                return Decided(Of(happened), happened);
            case EventKind.QuestionCame:
                Questioned(Of(happened), happened);
                break;
            case EventKind.TransactionListed:
                Listed(Of(happened), happened);
                break;
            case EventKind.Delivered when _byMessage.TryGetValue(happened.Message, out var known):
                Delivered(happened, known);
                break;
            default:
                break;
        }
        return [];
    }

    /// <summary>All that will ever come has come.</summary>
    public void Finish()
    {
        foreach (var transaction in _all)
            CheckWhole(transaction);
        var committed = _all.Where(transaction => transaction is { IsCommitted: true, Commit: not null, End: not null }).ToList();
        foreach (var first in committed)
        {
            foreach (var second in committed.Where(second => first.End!.Number < second.Commit!.Number))
                CheckOrder(first, second);
        }
    }

    private KnownTransaction Of(HistoryEvent happened)
    {
        if (!_byId.TryGetValue(happened.Transaction, out var transaction))
        {
            _byId.Add(happened.Transaction, transaction = new KnownTransaction(happened.Transaction));
            _all.Add(transaction);
        }
        return transaction;
    }

    private void Begun(HistoryEvent begun)
    {
        log.Require(begun.Error == ErrorCode.None || IsUnknown(begun.Error), () =>
            About(begun, ViolationKind.WronglyRefused, $"a transaction was refused with {begun.Error}"));
        if (begun.Error != ErrorCode.None)
            return;
        // One that got no messages before the power failed was never there, and its id is another one's.
        if (_byId.Remove(begun.Transaction, out var earlier))
        {
            log.Require(!earlier.IsDurable, () => About(begun, ViolationKind.PositionGivenTwice, $"transaction {begun.Transaction:x16} was begun before"));
            earlier.IsCommitted ??= false;
        }
        Of(begun);
    }

    private void Prepared(HistoryEvent prepare)
    {
        if (!_byMessage.TryGetValue(prepare.Message, out var known))
        {
            var transaction = Of(prepare);
            _byMessage.Add(prepare.Message, known = (transaction, transaction.PartOf(prepare)));
        }
        known.Part.Add(prepare);
    }

    private void Answered(HistoryEvent receipt, (KnownTransaction Transaction, PreparedPart Part) known)
    {
        log.Require(receipt.Durability == Durability.Synced, () =>
            About(receipt, ViolationKind.DurabilityWrong, $"the receipt of a message of a transaction says {receipt.Durability}"));
        var first = known.Part.Answer(receipt);
        log.Require(first.Position == receipt.Position, () => About(
            receipt, ViolationKind.SecondCopy, $"message {receipt.Message} was prepared at {first.Position:x16} and at {receipt.Position:x16}"));
    }

    private void Refused(HistoryEvent refused, (KnownTransaction Transaction, PreparedPart Part) known)
    {
        if (IsUnknown(refused.Error))
            return;
        var (transaction, part) = known;
        bool isAllowed = refused.Error switch
        {
            // Nothing of it was on stable storage when the power failed.
            ErrorCode.TransactionNotFound => !transaction.IsDurable,
            ErrorCode.TransactionDecided => transaction.Commit is not null || transaction.MayBeRolledBack || transaction.Firm == 0,
            ErrorCode.QueueNotFound => part.Sent.Any(message => sent.MayBeDeleted(message.Group.Queue)),
            ErrorCode.DeliveryTimeInvalid or ErrorCode.ExpiryTimeInvalid => part.Sent.Any(message => IsTooLate(message, refused)),
            _ => false,
        };
        log.Require(isAllowed, () => About(
            refused, ViolationKind.WronglyRefused, $"message {refused.Message} of transaction {transaction.Id:x16} was refused with {refused.Error}"));
        // The one before, that was not answered, may have been taken.
        if (part.Sendings == 1 || refused.Error == ErrorCode.TransactionNotFound)
            part.LeaveOut();
    }

    private static bool IsTooLate(HistoryEvent message, HistoryEvent refused)
    {
        long now = refused.Time.ToUnixTimeMilliseconds();
        return refused.Error == ErrorCode.DeliveryTimeInvalid
            ? message is { Due: > 0, IsRelative: false } && message.Due + (long)ScheduledSlices.LateArrival.TotalMilliseconds < now
            : message is { Expires: > 0, IsTimeToLive: false } && message.Expires + (long)ExpiryCheck.LateArrival.TotalMilliseconds < now;
    }

    private static List<HistoryEvent> Asked(KnownTransaction transaction, HistoryEvent decision)
    {
        transaction.MayBeRolledBack |= !decision.Commits;
        if (!decision.Commits || transaction.Commit is not null)
            return [];
        transaction.Commit = decision;
        return [.. transaction.Parts.Where(part => !part.IsLeftOut).SelectMany(part => part.Sent).Select(message => Published(message, decision))];
    }

    /// <summary>Delays and lives count from the commit.</summary>
    private static HistoryEvent Published(HistoryEvent message, HistoryEvent decision)
    {
        long waited = decision.Time.ToUnixTimeMilliseconds() - message.Time.ToUnixTimeMilliseconds();
        return message with
        {
            Kind = EventKind.PublishSent, Number = decision.Number, Life = decision.Life, Time = decision.Time, Request = 0,
            Connection = decision.Connection, ConnectedAfter = decision.ConnectedAfter,
            Due = message.IsRelative ? message.Due + waited : message.Due,
            Expires = message.IsTimeToLive ? message.Expires + waited : message.Expires,
        };
    }

    private List<HistoryEvent> Decided(KnownTransaction transaction, HistoryEvent answer)
    {
        if (IsUnknown(answer.Error))
            return [];
        bool commits = _decisions[answer.Request].Commits;
        switch (answer.Error)
        {
            case ErrorCode.None:
                Counted(transaction, answer);
                return Ended(transaction, answer, commits);
            case ErrorCode.TransactionDecided:
                // One without messages is forgotten after a while, as if it had been rolled back.
                bool wasAsked = commits ? transaction.MayBeRolledBack || !transaction.IsDurable : transaction.Commit is not null;
                log.Require(wasAsked, () => About(
                    answer, ViolationKind.DecisionChanged, $"transaction {answer.Transaction:x16} is said to have ended in a way that nobody asked for"));
                return Ended(transaction, answer, !commits);
            case ErrorCode.TransactionNotFound:
                log.Require(!transaction.IsDurable, () => About(
                    answer, ViolationKind.PreparedLost, $"transaction {answer.Transaction:x16} had {transaction.Firm} messages that were answered, and is not known"));
                return Ended(transaction, answer, isCommitted: false);
            default:
                log.Add(About(answer, ViolationKind.WronglyRefused, $"a decision of transaction {answer.Transaction:x16} was refused with {answer.Error}"));
                return [];
        }
    }

    private void Counted(KnownTransaction transaction, HistoryEvent answer)
    {
        if (transaction.Told is { } told)
        {
            log.Require(answer.Count == told, () => About(
                answer, ViolationKind.DecisionChanged, $"transaction {answer.Transaction:x16} had {told} messages by the first answer and {answer.Count} by another"));
            return;
        }
        bool isSum = answer.Count >= transaction.Firm && answer.Count <= transaction.Firm + transaction.Doubtful;
        log.Require(isSum, () => About(
            answer, ViolationKind.PreparedLost, $"transaction {answer.Transaction:x16} has {answer.Count} messages, {transaction.Firm} were answered, {transaction.Doubtful} not"));
        transaction.Count(answer.Count);
    }

    private List<HistoryEvent> Ended(KnownTransaction transaction, HistoryEvent answer, bool isCommitted)
    {
        if (transaction.IsCommitted is { } before)
        {
            log.Require(before == isCommitted, () => About(
                answer, ViolationKind.DecisionChanged, $"transaction {answer.Transaction:x16} was {WordOf(before)} by the first answer and {WordOf(isCommitted)} by another"));
            return [];
        }
        (transaction.IsCommitted, transaction.End) = (isCommitted, answer);
        if (isCommitted && transaction.Commit is { } commit)
            return [.. transaction.Parts.SelectMany(part => part.Receipts).Select(receipt => Stored(receipt, answer, commit))];
        foreach (var message in transaction.Parts.SelectMany(part => part.Sent).Where(message => _came.ContainsKey(message.Message)))
            log.Add(About(_came[message.Message] with { Transaction = transaction.Id }, ViolationKind.RolledBackDelivered, $"message {message.Message} came, and its transaction was rolled back"));
        return [];
    }

    /// <summary>What is older than the first question may be older than the commit: no more is said of it.</summary>
    private static HistoryEvent Stored(HistoryEvent receipt, HistoryEvent answer, HistoryEvent commit) => receipt with
    {
        Kind = EventKind.PublishAnswered, Number = answer.Number, Life = answer.Life, Time = answer.Time, Request = commit.Number,
        Connection = answer.Connection, ConnectedAfter = answer.ConnectedAfter,
    };

    /// <summary>What the broker asks on a connection after it told there how the transaction ended is a question too many.</summary>
    private void Questioned(KnownTransaction transaction, HistoryEvent question) => log.Require(
        transaction.End is not { } end || end.Connection != question.Connection,
        () => About(question, ViolationKind.DecisionChanged, $"transaction {question.Transaction:x16} has ended, and somebody is asked what became of it"));

    private void Listed(KnownTransaction transaction, HistoryEvent listed)
    {
        log.Require(transaction.End is not { } end || end.Number > listed.Request, () =>
            About(listed, ViolationKind.DecisionChanged, $"transaction {listed.Transaction:x16} was decided and is open"));
        int firm = transaction.Parts.Where(part => part.IsAnswered && part.AnsweredAt <= listed.Request).Sum(part => part.Sent.Count);
        log.Require(listed.Count >= firm, () =>
            About(listed, ViolationKind.PreparedLost, $"transaction {listed.Transaction:x16} has {listed.Count} messages, and {firm} were answered"));
    }

    private void Delivered(HistoryEvent delivery, (KnownTransaction Transaction, PreparedPart Part) known)
    {
        var (transaction, part) = known;
        _came.TryAdd(delivery.Message, delivery);
        var about = delivery with { Transaction = transaction.Id };
        log.Require(transaction.Commit is not null, () =>
            About(about, ViolationKind.UncommittedDelivered, $"message {delivery.Message} came, and nobody had asked to commit it"));
        log.Require(transaction.IsCommitted != false && !part.IsLeftOut, () =>
            About(about, ViolationKind.RolledBackDelivered, $"message {delivery.Message} came, and was rolled back or refused"));
    }

    /// <summary>What was answered is there where anything of it is, or where the commit was answered; what was not answered is there or is not.</summary>
    private void CheckWhole(KnownTransaction transaction)
    {
        if (transaction.Commit is null || transaction.IsCommitted == false)
            return;
        foreach (var part in transaction.Parts.Where(part => part is { IsAnswered: false, IsTold: false, IsLeftOut: false } && Count(part.Sent) > 0))
            CheckThere(part.Sent, ViolationKind.TransactionSplit);
        List<HistoryEvent> messages = [.. transaction.Parts.Where(part => part.IsAnswered || part.IsTold).SelectMany(part => part.Sent)];
        if (Count(transaction.Parts.SelectMany(part => part.Sent)) > 0)
            CheckThere(messages, ViolationKind.TransactionSplit);
        else if (transaction.IsCommitted == true)
            CheckThere(messages, ViolationKind.CommittedLost);
    }

    private int Count(IEnumerable<HistoryEvent> messages) => messages.Count(message => _came.ContainsKey(message.Message));

    /// <summary>What is missing was purged, or has expired, or its queue was deleted.</summary>
    private void CheckThere(IReadOnlyList<HistoryEvent> messages, ViolationKind kind)
    {
        var missing = messages.FirstOrDefault(message => !_came.ContainsKey(message.Message) && sent.Find(message.Message)?.MayBeGone(sent.Now) != true);
        log.Require(missing is null, () => About(
            missing!, kind, $"{Count(messages)} of {messages.Count} messages of transaction {missing!.Transaction:x16} came; {missing.Message} is not in {missing.Group.Queue}"));
    }

    /// <summary>A transaction whose commit was answered before another's was asked for stands before it in each queue.</summary>
    private void CheckOrder(KnownTransaction first, KnownTransaction second)
    {
        foreach (var line in Came(first).GroupBy(message => (message.Group.Queue, message.Band)))
        {
            long last = line.Max(message => message.Offset);
            var wrong = Came(second).FirstOrDefault(message => (message.Group.Queue, message.Band) == line.Key && message.Offset < last);
            log.Require(wrong is null, () => About(
                wrong!, ViolationKind.CommitOrderBroken, $"message {wrong!.Message} stands before offset {last}, of a transaction that was committed before its own"));
        }
    }

    /// <summary>What was available at once, as it came first.</summary>
    private IEnumerable<HistoryEvent> Came(KnownTransaction transaction) => transaction.Parts.SelectMany(part => part.Sent)
        .Where(message => message.Due == 0 && _came.ContainsKey(message.Message)).Select(message => _came[message.Message]);

    /// <summary>What was asked for may be done or not.</summary>
    private static bool IsUnknown(ErrorCode error) => error is ErrorCode.PartitionStopped or ErrorCode.StoreUnavailable or ErrorCode.ShuttingDown;

    private static string WordOf(bool isCommitted) => isCommitted ? "committed" : "rolled back";

    private static Violation About(HistoryEvent happened, ViolationKind kind, string text) => new(kind, text)
    {
        Message = happened.Message, Transaction = happened.Transaction, Group = GroupKey.OfQueue(happened.Group.Queue), Offset = happened.Offset,
    };
}
