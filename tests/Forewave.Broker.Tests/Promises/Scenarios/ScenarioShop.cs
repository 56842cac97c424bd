using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>
/// A producer that begins transactions, on the connections of another one: prepares messages for some queues, decides by itself, when it is asked,
/// or leaves that to operators. What was not answered it sends again when it is connected again, or lets it be. Driven as that one.
/// </summary>
internal sealed class ScenarioShop(Scenario scenario)
{
    private const ulong Id = 1_000_000;

    private readonly List<ShopTransaction> _all = [];
    private readonly Random _random = scenario.Random;
    private IReadOnlyDictionary<QueuePlan, (uint Number, string Label)> _handles = new Dictionary<QueuePlan, (uint, string)>();
    private WireConnection? _connection;
    private uint _producer;

    /// <summary>It is connected.</summary>
    public bool IsOpen => _connection is { HasEnded: false };

    /// <summary>All that it began has ended.</summary>
    public bool IsOver => _all.TrueForAll(one => one.IsCommitted is not null && one.IsQuiet);

    /// <summary>Begins to use a connection; false: the broker is gone.</summary>
    public async Task<bool> OpenAsync(WireConnection connection, IReadOnlyDictionary<QueuePlan, (uint Number, string Label)> handles)
    {
        _handles = handles;
        var open = new V1.OpenProducer
        {
            ProducerId = ByteString.CopyFrom(new ProducerId(Id).ToBytes()), Name = "shop",
            CheckBack = new V1.CheckBackTerms { First = (uint)_random.Next(1_000, 8_000), Interval = (uint)_random.Next(1_000, 8_000), Checks = (uint)_random.Next(1, 5) },
        };
        var opened = await connection.AskAsync(new V1.ClientFrame { OpenProducer = open });
        if (opened?.ProducerOpened is null)
            return false;
        _producer = opened.ProducerOpened.Producer;
        _connection = connection;
        foreach (var one in _all.Where(one => one.IsCommitted is null).ToList())
            GoOn(one);
        return true;
    }

    /// <summary>The connection has ended.</summary>
    public void Left() => _connection = null;

    /// <summary>Begins a transaction, or goes on with one.</summary>
    public void Step()
    {
        if (!IsOpen)
            return;
        var open = _all.Where(one => one.IsCommitted is null && one.IsQuiet && (one.PartsLeft > 0 || one.Fate.By == TransactionDecider.Producer)).ToList();
        var ended = _all.Where(one => one.IsRemembered && one.IsQuiet).ToList();
        if (open.Count > 0 && _random.Next(3) > 0)
            Advance(open[_random.Next(open.Count)]);
        else if (ended.Count > 0 && _random.Next(5) == 0)
            // Said again, as whoever does not know that it was answered.
            Decide(ended[_random.Next(ended.Count)], _random.Next(2) == 0);
        else
            Begin();
    }

    /// <summary>Decides what is open.</summary>
    /// <param name="all">Also what was to be decided by others.</param>
    public void Press(bool all)
    {
        foreach (var one in _all.Where(one => one.IsCommitted is null && one.IsQuiet && (all || one.Fate.By == TransactionDecider.Producer)).ToList())
            Decide(one, one.Fate.Commits);
    }

    /// <summary>What answers no request: questions.</summary>
    public void Received(V1.ServerFrame frame)
    {
        if (frame.CheckBack is not { } question || !IsOpen)
            return;
        scenario.History.Add(Event(EventKind.QuestionCame, question.Transaction) with { Count = (int)question.Messages });
        if (Find(question.Transaction) is not { } one)
            return;
        bool isUnknown = one.PartsLeft > 0 || one.IsPreparing || one.Fate.By == TransactionDecider.Operator || _random.Next(4) == 0;
        if (isUnknown)
            _connection!.Send(Frame(one, V1.TransactionDecision.Unknown), _ => { });
        else
            Decide(one, one.Fate.Commits);
    }

    /// <summary>The transaction with an id, as far as its producer knows; null: it has not heard of it.</summary>
    public ShopTransaction? Find(ulong id) => _all.FindLast(one => one.Id == id);

    /// <summary>Takes an answer to a decision, of whoever asked.</summary>
    /// <param name="id">Of which transaction.</param>
    /// <param name="asked">What was asked for, and the number of that event.</param>
    /// <param name="error">What failed.</param>
    /// <param name="messages">How many messages it had.</param>
    public void Decided(ulong id, HistoryEvent asked, ErrorCode error, int messages)
    {
        scenario.History.Add(asked with { Kind = EventKind.DecisionAnswered, Error = error, Count = messages });
        if (Find(id) is not { } one)
            return;
        bool wasOpen = one.IsCommitted is null;
        if (error == ErrorCode.None)
            one.End(asked.Commits);
        else if (error == ErrorCode.TransactionDecided)
            one.End(!asked.Commits);
        else if (error == ErrorCode.TransactionNotFound)
            one.Lose();
        // Operators may find what is scheduled from now on.
        if (wasOpen && one.IsCommitted == true)
            scenario.Timed.AddRange(one.Prepared.Where(prepared => prepared.Message.IsTimed && prepared.Message.SentTo == prepared.Message.Queue.Label));
    }

    /// <summary>After a loss of the connection: what was not answered is sent again, or let be, and what was asked for is asked for again.</summary>
    private void GoOn(ShopTransaction one)
    {
        if (one is { Pending.Count: > 0, HasGivenUp: false })
        {
            // What is sent again has to be the same, also by its queue.
            if (_random.Next(3) > 0 && one.Pending.All(message => message.SentTo == _handles[message.Queue].Label))
                SendPending(one);
            else
                one.GiveUp();
        }
        if (one.Asked is { } asked)
            Decide(one, _random.Next(8) == 0 ? !asked : asked);
    }

    private void Begin()
    {
        var one = new ShopTransaction(scenario.NextProducerNumber(), TransactionFate.Draw(_random)) { PartsLeft = _random.Next(1, 3) };
        _connection!.Send(new V1.ClientFrame { BeginTransaction = new V1.BeginTransaction { Producer = _producer } }, answer => Begun(one, scenario.Living(answer)));
    }

    private void Begun(ShopTransaction one, V1.ServerFrame? answer)
    {
        if (answer is null)
            return;
        one.Id = answer.TransactionBegun?.Transaction ?? 0;
        // One that was lost with the power, and nothing of it was on stable storage, left its id to others.
        if (one.Id != 0 && Find(one.Id) is { } earlier)
            earlier.Lose();
        scenario.History.Add(Event(EventKind.TransactionBegun, one.Id) with { Error = (ErrorCode)(answer.Error?.Number ?? 0) });
        if (one.Id == 0)
            return;
        _all.Add(one);
        if (_random.Next(5) > 0)
            Advance(one);
    }

    /// <summary>Prepares what is left of it, or decides it.</summary>
    private void Advance(ShopTransaction one)
    {
        if (!IsOpen)
            return;
        if (one.PartsLeft == 0)
        {
            Decide(one, one.Fate.Commits);
            // As two do who do not know of each other: one of them counts.
            if (_random.Next(5) == 0)
                Decide(one, !one.Fate.Commits);
            return;
        }
        one.PartsLeft--;
        var queues = scenario.Plan.Queues;
        var now = scenario.Time.GetUtcNow();
        one.Prepare([.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ =>
            TestMessage.Make(new MessageKey(one.Producer, one.NextNumber()), queues[_random.Next(queues.Count)], _random, now, mayHaveId: false))]);
        foreach (var message in one.Pending)
            message.SentTo = _handles[message.Queue].Label;
        SendPending(one);
    }

    private void SendPending(ShopTransaction one)
    {
        var publish = new V1.Publish { Producer = _producer };
        int first = 0;
        QueuePlan? queue = null;
        foreach (var message in one.Pending)
        {
            if (!ReferenceEquals(queue, message.Queue))
                publish.Batches.Add(new V1.PublishBatch { Queue = _handles[message.Queue].Number, FirstSequence = message.Key.Sequence });
            queue = message.Queue;
            publish.Batches[^1].Messages.Add(message.Bytes);
            message.SentAt = scenario.History.Add(message.Sent(EventKind.PrepareSent, scenario.Time.GetUtcNow()) with
            {
                Transaction = one.Id, Request = first, Connection = _connection!.Number.Value, ConnectedAfter = _connection.Number.ConnectedAfter,
            });
            first = first == 0 ? message.SentAt : first;
        }
        one.IsPreparing = true;
        _connection!.Send(
            new V1.ClientFrame { Prepare = new V1.Prepare { Transaction = one.Id, Publish = publish } },
            answer => Prepared(one, [.. publish.Batches.Select(batch => batch.Messages.Count)], scenario.Living(answer)));
    }

    private void Prepared(ShopTransaction one, int[] counts, V1.ServerFrame? answer)
    {
        one.IsPreparing = false;
        if (answer is null)
            return;
        if (answer.Published is null)
        {
            Refused(one, (ErrorCode)answer.Error.Number);
            return;
        }
        var receipts = answer.Published.Batches
            .SelectMany((batch, i) => PositionsOf(batch, counts[i]).Select(position => (Position: position, (Durability)batch.Durability)))
            .ToList();
        foreach (var (message, (position, durability)) in one.Pending.Zip(receipts))
            scenario.History.Add(About(EventKind.PrepareAnswered, one, message) with { Position = position, Durability = durability });
        one.Take(receipts.Select(receipt => receipt.Position));
        bool goesOn = one is { IsCommitted: null, Deciding: 0 } && (one.PartsLeft > 0 || one.Fate.By == TransactionDecider.Producer);
        if (goesOn && _random.Next(2) == 0)
            Advance(one);
    }

    private static IEnumerable<ulong> PositionsOf(V1.PublishedBatch batch, int count) =>
        batch.Positions.Count > 0 ? batch.Positions : Enumerable.Range(0, count).Select(i => batch.FirstPosition + (ulong)i);

    private void Refused(ShopTransaction one, ErrorCode error)
    {
        foreach (var message in one.Pending)
            scenario.History.Add(About(EventKind.PrepareRefused, one, message) with { Error = error });
        if (error == ErrorCode.TransactionNotFound)
            one.Lose();
        one.GiveUp();
    }

    private void Decide(ShopTransaction one, bool commits)
    {
        if (!IsOpen)
            return;
        one.Asked = commits;
        one.Deciding++;
        var sent = Event(EventKind.DecisionSent, one.Id) with { Commits = commits };
        int number = scenario.History.Add(sent);
        var decision = commits ? V1.TransactionDecision.Commit : V1.TransactionDecision.RollBack;
        _connection!.Send(Frame(one, decision), answer =>
        {
            one.Deciding--;
            if (scenario.Living(answer) is { } living)
                Decided(one.Id, sent with { Request = number }, (ErrorCode)(living.Error?.Number ?? 0), (int)(living.Decided?.Messages ?? 0));
            else
                scenario.History.Add(sent with { Kind = EventKind.DecisionLost, Request = number });
        });
    }

    private V1.ClientFrame Frame(ShopTransaction one, V1.TransactionDecision decision) =>
        new() { Decide = new V1.Decide { Producer = _producer, Transaction = one.Id, Decision = decision } };

    private HistoryEvent About(EventKind kind, ShopTransaction one, TestMessage message) => Event(kind, one.Id) with
    {
        Message = message.Key, Group = GroupKey.OfQueue(message.SentTo), Request = message.SentAt,
    };

    private HistoryEvent Event(EventKind kind, ulong transaction) => new()
    {
        Kind = kind, Transaction = transaction, Connection = _connection?.Number.Value ?? 0, ConnectedAfter = _connection?.Number.ConnectedAfter ?? 0,
    };
}
