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
    private const int IdsAtATime = 5;
    private const int NamesPerId = 6;
    private static readonly string[] Queues = ["orders", "stock", "mail"];

    private readonly Random _random;
    private readonly MovedTime _time = new();
    private readonly HashSet<(string Queue, int Id)> _ids = [];
    private PowerLossDisk _machine;
    private int _named;
    private ulong _producer;
    private ulong _sequence;

    public TransactionCrashRun(int seed)
    {
        _random = new Random(seed);
        _machine = new PowerLossDisk(seed);
    }

    public TransactionHistory History { get; } = new();

    public IdHistory Ids { get; } = new();

    public IEnumerable<string> Violations => History.Violations.Concat(Ids.Violations);

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
            _sequence = 0;
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
        _sequence = 0;
        foreach (string queue in Queues)
        {
            // Nothing is open: each id is free, or a repeat of what comes.
            foreach (int id in _ids.Where(used => used.Queue == queue).Select(used => used.Id).Order().ToArray())
                await PublishAsync(client, queue, id);
            // What comes before it has come when it does.
            await client.PublishAsync(queue, ++_sequence);
            string last = $"{_sequence}";
            for (bool isLast = false; !isLast;)
                isLast = (await ReceiveAsync(client, queue)).Contains(last);
        }
        History.Ended();
        Ids.Ended();
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

    private Task StepAsync(TransactionClient client) => _random.Next(14) switch
    {
        0 or 1 => BeginAsync(client),
        12 or 13 => PublishAsync(client, Queues[_random.Next(Queues.Length)], NextId()),
        < 7 => PrepareAsync(client),
        < 10 => DecideAsync(client),
        10 => ReceiveAllAsync(client),
        _ => ListAsync(client),
    };

    // A few of them are in use at a time: what is stored is a repeat for ever.
    private int NextId() => (_named / NamesPerId) + _random.Next(IdsAtATime);

    private async Task BeginAsync(TransactionClient client) => History.Begun(await client.BeginAsync().WaitAsync(LongestAnswer));

    private async Task PrepareAsync(TransactionClient client)
    {
        if (Pick() is not { } transaction || History.MessagesOf(transaction) is not { } before)
            return;
        // Every other message has an id.
        var messages = Enumerable.Range(0, _random.Next(1, 5))
            .Select(_ => (Name: $"m{++_named}", Queue: Queues[_random.Next(Queues.Length)], Id: _random.Next(2) == 0 ? NextId() : (int?)null)).ToArray();
        History.Preparing(transaction, messages.Select(message => message.Name));
        foreach (var (name, queue, id) in messages.Where(message => message.Id is not null))
            Ask(name, (queue, id!.Value), transaction);
        uint next = (uint)before + 1;
        List<V1.PublishBatch> batches = [];
        foreach (var (name, queue, id) in messages)
        {
            var batch = new V1.PublishBatch { Queue = await client.QueueAsync(queue).WaitAsync(LongestAnswer), FirstSequence = next++ };
            batch.Messages.Add(Google.Protobuf.MessageExtensions.ToByteString(MessageOf(name, id)));
            batches.Add(batch);
        }
        var answer = await client.PrepareAsync(transaction, [.. batches]).WaitAsync(LongestAnswer);
        NotePrepared(transaction, before, messages, answer);
    }

    private void NotePrepared(ulong transaction, int before, (string Name, string Queue, int? Id)[] messages, V1.ServerFrame answer)
    {
        if (answer.Error is null)
        {
            var isRepeat = answer.Published.Batches.Select(batch => batch.Duplicate).ToArray();
            History.Prepared(transaction, [.. messages.Where((_, i) => !isRepeat[i]).Select(message => (message.Name, message.Queue))], isRepeat.Count(one => one));
            for (int i = 0; i < messages.Length; i++)
            {
                if (messages[i].Id is not null)
                    NoteTaken(messages[i].Name, answer.Published.Batches[i]);
            }
            return;
        }
        var withIds = messages.Where(message => message.Id is not null).Select(message => message.Name).ToArray();
        if (answer.Error.Number == (uint)ErrorCode.DeduplicationIdHeld && withIds.Length > 0)
        {
            // Which one it was is not said: one of them at least is another transaction's.
            History.Refused(transaction);
            Ids.RefusedOneOf(withIds);
        }
        else if (before == 0 && answer.Error.Number == (uint)ErrorCode.TransactionNotFound)
        {
            NeverWas(transaction);
        }
        else if (!_machine.IsPowerLost)
        {
            History.Violations.Add($"transaction {transaction:x16} is open, and messages were refused: {answer.Error}");
        }
    }

    private void NoteTaken(string name, V1.PublishedBatch answer)
    {
        if (answer.Duplicate)
            Ids.Repeated(name, answer.FirstPosition);
        else
            Ids.Taken(name, answer.FirstPosition);
    }

    /// <summary>Without a transaction.</summary>
    private async Task PublishAsync(TransactionClient client, string queue, int id)
    {
        string name = $"p{++_named}";
        Ask(name, (queue, id), transaction: null);
        var answer = await client.PublishAsync(queue, ++_sequence, MessageOf(name, id)).WaitAsync(LongestAnswer);
        if (answer.Error is null)
            NoteTaken(name, answer);
        else if (answer.Error.Number == (uint)ErrorCode.DeduplicationIdHeld)
            Ids.RefusedOneOf([name]);
        else if (!_machine.IsPowerLost)
            History.Violations.Add($"{name} was refused: {answer.Error}");
    }

    private void Ask(string name, (string Queue, int Id) id, ulong? transaction)
    {
        _ids.Add(id);
        Ids.Asked(name, $"{id.Queue}/{id.Id}", transaction);
    }

    private static V1.Message MessageOf(string name, int? id) => id is null
        ? TransactionClient.Named(name)
        : new V1.Message(TransactionClient.Named(name)) { DeduplicationId = $"id-{id}" };

    private void NeverWas(ulong transaction)
    {
        History.NeverWas(transaction);
        Ids.NeverWas(transaction);
    }

    private Task DecideAsync(TransactionClient client) =>
        Pick() is { } transaction ? DecideAsync(client, transaction, _random.Next(3) > 0) : Task.CompletedTask;

    private async Task DecideAsync(TransactionClient client, ulong transaction, bool commit)
    {
        History.Deciding(transaction, commit);
        Ids.Deciding(transaction, commit);
        var answer = await client.DecideAsync(transaction, commit ? V1.TransactionDecision.Commit : V1.TransactionDecision.RollBack).WaitAsync(LongestAnswer);
        if (answer.Error is null)
        {
            History.Decided(transaction, answer.Decided.Messages);
            Ids.Decided(transaction);
        }
        else if (answer.Error.Number == (uint)ErrorCode.TransactionNotFound && !History.HasMessages(transaction))
            NeverWas(transaction);
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
        foreach (var (body, position, offset) in await client.PollAsync(queue))
        {
            names.Add(body);
            if (body.StartsWith('m'))
                History.Came(body, queue, offset);
            Ids.Came(body, position);
        }
        return names;
    }

    private ulong? Pick()
    {
        var undecided = History.Undecided;
        return undecided.Count == 0 ? null : undecided[_random.Next(undecided.Count)];
    }
}
