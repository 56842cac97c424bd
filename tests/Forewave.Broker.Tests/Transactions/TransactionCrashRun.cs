using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Tests.Promises.Scenarios;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk.Simulation;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>One machine through several lives of its broker; every choice is drawn from the seed.</summary>
internal sealed class TransactionCrashRun
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);
    private static readonly string[] Queues = ["orders", "stock", "mail"];

    private readonly Random _random;
    private readonly MovedTime _time = new();
    private PowerLossDisk _machine;
    private int _named;
    private ulong _producer;

    public TransactionCrashRun(int seed)
    {
        _random = new Random(seed);
        _machine = new PowerLossDisk(seed);
    }

    public TransactionHistory History { get; } = new();

    /// <summary>Starts a broker and works with it, until the power fails or the operations are done.</summary>
    public async Task LiveAsync(int operations, bool losesPower)
    {
        int left = _random.Next(5, 500);
        _machine.BeforeOperation = losesPower ? _ => CutAfter(ref left) : null;
        TestEngine? engine = null;
        try
        {
            engine = await TestEngine.StartOnDiskAsync(_machine, _time);
            var client = await TransactionClient.OpenAsync(engine, ++_producer).WaitAsync(LongestAnswer);
            await ListAsync(client);
            await DecideAgainAsync(client);
            for (int i = 0; i < operations && !_machine.IsPowerLost; i++)
                await StepAsync(client);
        }
        catch (Exception end) when (_machine.IsPowerLost && IsEnd(end))
        {
            // What was not answered may be, or not: the history knows.
        }
        if (losesPower && !_machine.IsPowerLost && _random.Next(2) == 0)
            _machine.CutPower();
        await CloseAsync(engine);
        if (_machine.IsPowerLost)
            _machine = _machine.PowerLoss();
    }

    /// <summary>A last life, in which all is decided and comes.</summary>
    public async Task EndAsync()
    {
        _machine.BeforeOperation = null;
        await using var engine = await TestEngine.StartOnDiskAsync(_machine, _time);
        var client = await TransactionClient.OpenAsync(engine, ++_producer);
        await ListAsync(client);
        await DecideAgainAsync(client);
        foreach (ulong transaction in History.Undecided)
            await DecideAsync(client, transaction, _random.Next(2) == 0);
        ulong sequence = 0;
        foreach (string queue in Queues)
        {
            // What comes before it has come when it does.
            await client.PublishAsync(queue, ++sequence);
            string last = $"{sequence}";
            for (bool isLast = false; !isLast;)
                isLast = (await ReceiveAsync(client, queue)).Contains(last);
        }
        History.Ended();
        Assert.Equal(0, engine.Gauge("forewave.transactions.messages"));
    }

    private async Task CloseAsync(TestEngine? engine)
    {
        try
        {
            if (engine is not null)
                await engine.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (Exception end) when (_machine.IsPowerLost && IsEnd(end))
        {
            // Without power nothing can be put in order.
        }
    }

    private void CutAfter(ref int left)
    {
        if (left-- == 0)
            _machine.CutPower();
    }

    private static bool IsEnd(Exception end) =>
        end is TimeoutException or InvalidOperationException or NullReferenceException or IOException
        || BrokerLife.IsEnd(end) || end is Forewave.Storage.StoreException or RefusedException;

    private Task StepAsync(TransactionClient client) => _random.Next(12) switch
    {
        0 or 1 => BeginAsync(client),
        < 7 => PrepareAsync(client),
        < 10 => DecideAsync(client),
        10 => ReceiveAllAsync(client),
        _ => ListAsync(client),
    };

    private async Task BeginAsync(TransactionClient client) => History.Begun(await client.BeginAsync().WaitAsync(LongestAnswer));

    private async Task PrepareAsync(TransactionClient client)
    {
        if (Pick() is not { } transaction || History.MessagesOf(transaction) is not { } before)
            return;
        var messages = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => (Name: $"m{++_named}", Queue: Queues[_random.Next(Queues.Length)])).ToArray();
        History.Preparing(transaction, messages.Select(message => message.Name));
        uint next = (uint)before + 1;
        List<V1.PublishBatch> batches = [];
        foreach (var (name, queue) in messages)
        {
            var batch = new V1.PublishBatch { Queue = await client.QueueAsync(queue).WaitAsync(LongestAnswer), FirstSequence = next++ };
            batch.Messages.Add(Google.Protobuf.MessageExtensions.ToByteString(TransactionClient.Named(name)));
            batches.Add(batch);
        }
        var answer = await client.PrepareAsync(transaction, [.. batches]).WaitAsync(LongestAnswer);
        if (answer.Error is null)
            History.Prepared(transaction, messages);
        else if (before == 0 && answer.Error.Number == (uint)ErrorCode.TransactionNotFound)
            History.NeverWas(transaction);
        else if (!_machine.IsPowerLost)
            History.Violations.Add($"transaction {transaction:x16} is open, and messages were refused: {answer.Error}");
    }

    private Task DecideAsync(TransactionClient client) =>
        Pick() is { } transaction ? DecideAsync(client, transaction, _random.Next(3) > 0) : Task.CompletedTask;

    private async Task DecideAsync(TransactionClient client, ulong transaction, bool commit)
    {
        History.Deciding(transaction, commit);
        var answer = await client.DecideAsync(transaction, commit ? V1.TransactionDecision.Commit : V1.TransactionDecision.RollBack).WaitAsync(LongestAnswer);
        if (answer.Error is null)
            History.Decided(transaction, answer.Decided.Messages);
        else if (answer.Error.Number == (uint)ErrorCode.TransactionNotFound && !History.HasMessages(transaction))
            History.NeverWas(transaction);
        else
            NoteRefusal(transaction, answer.Error);
    }

    /// <summary>What was asked for and not answered is asked for once more: it may be done or not, and then it is done.</summary>
    private async Task DecideAgainAsync(TransactionClient client)
    {
        foreach (var (transaction, commit) in History.Unanswered)
            await DecideAsync(client, transaction, commit);
    }

    private void NoteRefusal(ulong transaction, V1.Error error)
    {
        if (!_machine.IsPowerLost)
            History.Violations.Add($"a decision of transaction {transaction:x16} was refused: {error}");
    }

    private async Task ListAsync(TransactionClient client)
    {
        var list = (await client.AskAsync(new() { ListTransactions = new() { Max = 1_000 } }).WaitAsync(LongestAnswer)).Administration.Transactions;
        if (!_machine.IsPowerLost)
            History.Listed(list.Transactions.ToDictionary(entry => entry.Transaction, entry => entry.Messages));
    }

    private async Task ReceiveAllAsync(TransactionClient client)
    {
        foreach (string queue in Queues)
            await ReceiveAsync(client, queue).WaitAsync(LongestAnswer);
    }

    private async Task<List<string>> ReceiveAsync(TransactionClient client, string queue)
    {
        List<string> names = [];
        foreach (var (body, _, offset) in await client.PollAsync(queue))
        {
            names.Add(body);
            if (body.StartsWith('m'))
                History.Came(body, queue, offset);
        }
        return names;
    }

    private ulong? Pick()
    {
        var undecided = History.Undecided;
        return undecided.Count == 0 ? null : undecided[_random.Next(undecided.Count)];
    }
}
