using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>An instance of a producer that begins transactions, and that consumes what comes out of them.</summary>
internal sealed class TransactionClient
{
    private readonly Dictionary<string, uint> _queues = [];
    private readonly Dictionary<string, V1.Subscribed> _subscribed = [];
    private readonly Dictionary<ulong, uint> _numbered = [];
    private readonly TestClient _client;

    private TransactionClient(TestClient client, uint producer)
    {
        _client = client;
        Producer = producer;
    }

    public uint Producer { get; }

    public TestClient Wire => _client;

    /// <summary>Connects; a producer that can be asked, unless terms are null.</summary>
    public static async Task<TransactionClient> OpenAsync(TestEngine engine, ulong number = 1, string name = "shop", V1.CheckBackTerms? terms = null, bool canBeAsked = true)
    {
        return await OpenAsync(await TestClient.GreetedAsync(engine.Engine, 8 * 1024 * 1024), number, name, canBeAsked ? terms ?? new V1.CheckBackTerms() : null);
    }

    /// <summary>On a connection that there is; a producer that can be asked, unless terms are null.</summary>
    public static async Task<TransactionClient> OpenAsync(TestClient client, ulong number, string name, V1.CheckBackTerms? terms)
    {
        var open = new V1.OpenProducer { ProducerId = ByteString.CopyFrom(new ProducerId(number).ToBytes()), Name = name };
        if (terms is not null)
            open.CheckBack = terms;
        var opened = await client.AskAsync(new V1.ClientFrame { OpenProducer = open });
        return new TransactionClient(client, opened.ProducerOpened.Producer);
    }

    public Task<V1.ServerFrame> AskToBeginAsync() => _client.AskAsync(new V1.ClientFrame { BeginTransaction = new V1.BeginTransaction { Producer = Producer } });

    public async Task<ulong> BeginAsync() => (await AskToBeginAsync()).TransactionBegun.Transaction;

    /// <summary>Prepares messages for one queue, as the next ones of the transaction.</summary>
    public async Task<V1.ServerFrame> PrepareAsync(ulong transaction, string queue, params V1.Message[] messages)
    {
        uint first = _numbered.GetValueOrDefault(transaction) + 1;
        var answer = await PrepareAtAsync(transaction, first, queue, messages);
        if (answer.Error is null)
            _numbered[transaction] = first + (uint)messages.Length - 1;
        return answer;
    }

    public async Task<V1.ServerFrame> PrepareAtAsync(ulong transaction, uint first, string queue, params V1.Message[] messages)
    {
        var batch = new V1.PublishBatch { Queue = await QueueAsync(queue), FirstSequence = first };
        batch.Messages.AddRange(messages.Select(message => message.ToByteString()));
        return await PrepareAsync(transaction, batch);
    }

    public Task<V1.ServerFrame> PrepareAsync(ulong transaction, params V1.PublishBatch[] batches)
    {
        var publish = new V1.Publish { Producer = Producer };
        publish.Batches.AddRange(batches);
        return _client.AskAsync(new V1.ClientFrame { Prepare = new V1.Prepare { Transaction = transaction, Publish = publish } });
    }

    public Task<V1.ServerFrame> CommitAsync(ulong transaction) => DecideAsync(transaction, V1.TransactionDecision.Commit);

    public Task<V1.ServerFrame> RollBackAsync(ulong transaction) => DecideAsync(transaction, V1.TransactionDecision.RollBack);

    public Task<V1.ServerFrame> DecideAsync(ulong transaction, V1.TransactionDecision decision) => _client.AskAsync(
        new V1.ClientFrame { Decide = new V1.Decide { Producer = Producer, Transaction = transaction, Decision = decision } });

    /// <summary>Publishes without a transaction.</summary>
    public async Task PublishAsync(string queue, ulong sequence) =>
        Assert.Null((await _client.PublishAsync(Producer, TestClient.Batch(await QueueAsync(queue), sequence, 1))).Error);

    public Task<V1.ServerFrame> AskAsync(V1.AdministrationRequest request) => _client.AskAsync(new V1.ClientFrame { Administration = request });

    public async Task<V1.TransactionList> ListAsync(bool onlyWaiting = false) =>
        (await AskAsync(new() { ListTransactions = new() { OnlyWaiting = onlyWaiting } })).Administration.Transactions;

    /// <summary>The next question of the broker; other frames are passed over.</summary>
    public async Task<V1.CheckBack> QuestionAsync()
    {
        while (true)
        {
            var frame = await _client.ReadAsync() ?? throw new InvalidOperationException("the connection ended before the question");
            if (frame.CheckBack is { } question)
                return question;
        }
    }

    /// <summary>Lets time pass until the broker asks.</summary>
    /// <param name="engine">The broker.</param>
    /// <param name="others">Whoever is to stay connected too.</param>
    public async Task<V1.CheckBack> AskedAsync(TestEngine engine, params TransactionClient[] others)
    {
        var question = QuestionAsync();
        for (int i = 0; !question.IsCompleted; i++)
        {
            await MoveAsync(engine, i, others);
            for (int turn = 0; turn < 50 && !question.IsCompleted; turn++)
                await Task.Yield();
        }
        return await question;
    }

    /// <summary>Lets time pass until something is so.</summary>
    public async Task LetPassAsync(TestEngine engine, Func<bool> until)
    {
        for (int i = 0; !until(); i++)
        {
            await MoveAsync(engine, i, []);
            for (int turn = 0; turn < 50; turn++)
                await Task.Yield();
        }
    }

    // The clients say something now and then, or they would be dead: the broker may take its time.
    private async Task MoveAsync(TestEngine engine, int steps, TransactionClient[] others)
    {
        engine.Time.Move(TimeSpan.FromMilliseconds(500));
        if (steps % 20 != 19)
            return;
        foreach (var client in others.Append(this))
            await client.Wire.SendBytesAsync(TestClient.Encode(new V1.ClientFrame { Ping = new V1.Ping() }));
    }

    /// <summary>What is in a queue now and was not received before: bodies, with ids and offsets.</summary>
    public async Task<List<(string Body, ulong Position, ulong Offset)>> PollAsync(string queue)
    {
        var subscribed = await SubscribedAsync(queue);
        var receive = new V1.Receive { Subscription = subscribed.Subscription, MaxMessages = 1_000, MaxBytes = 4 * 1024 * 1024 };
        var delivery = (await _client.AskAsync(new V1.ClientFrame { Receive = receive })).Delivery;
        List<(string, ulong, ulong)> received = [];
        var settle = new V1.Settle();
        foreach (var run in delivery.Runs)
        {
            for (int i = 0; i < run.Messages.Count; i++)
                received.Add((V1.Message.Parser.ParseFrom(run.Messages[i]).Body.ToStringUtf8(), run.FirstPosition + (ulong)i, run.FirstOffset + (ulong)i));
            settle.Runs.Add(new V1.SettleRun
            {
                QueueId = subscribed.QueueId, GroupId = subscribed.GroupId, FirstOffset = run.FirstOffset, Count = (uint)run.Messages.Count,
                Attempt = run.Attempt, Epoch = run.Epoch, Verb = V1.SettleVerb.Ack,
            });
        }
        if (settle.Runs.Count > 0)
            await _client.AskAsync(new V1.ClientFrame { Settle = settle });
        return received;
    }

    /// <summary>So many messages of a queue; what was committed is dispatched a moment later, and no time passes meanwhile.</summary>
    public async Task<List<(string Body, ulong Position, ulong Offset)>> ReceiveAsync(string queue, int count)
    {
        List<(string, ulong, ulong)> received = [];
        while (received.Count < count)
            received.AddRange(await PollAsync(queue));
        return received;
    }

    public static V1.Message Named(string name) => new() { Body = ByteString.CopyFromUtf8(name) };

    public async Task<uint> QueueAsync(string queue)
    {
        if (!_queues.TryGetValue(queue, out uint handle))
            _queues[queue] = handle = await _client.OpenQueueAsync(queue);
        return handle;
    }

    private async Task<V1.Subscribed> SubscribedAsync(string queue)
    {
        if (_subscribed.TryGetValue(queue, out var subscribed))
            return subscribed;
        await QueueAsync(queue);
        var subscribe = new V1.Subscribe { Queue = queue, Group = "billing", ConsumerId = ByteString.CopyFrom([.. new byte[15], 1]) };
        return _subscribed[queue] = (await _client.AskAsync(new V1.ClientFrame { Subscribe = subscribe })).Subscribed;
    }
}
