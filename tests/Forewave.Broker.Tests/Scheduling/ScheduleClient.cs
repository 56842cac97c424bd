using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Scheduling;

/// <summary>A client that publishes to one queue and receives for one group of it.</summary>
internal sealed class ScheduleClient
{
    public const string Queue = "orders";

    private readonly TestEngine _engine;
    private readonly ProducerId _id;
    private TestClient _client = null!;
    private uint _producer;
    private uint _queue;
    private V1.Subscribed _subscribed = null!;
    private ulong _sequence;

    private ScheduleClient(TestEngine engine, ProducerId id)
    {
        _engine = engine;
        _id = id;
    }

    /// <summary>Opens a client on an engine.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="producerNumber">Tells producers apart.</param>
    public static async Task<ScheduleClient> OpenAsync(TestEngine engine, ulong producerNumber = 1)
    {
        var client = new ScheduleClient(engine, new ProducerId(producerNumber));
        await client.ConnectAsync();
        return client;
    }

    /// <summary>Lets time pass, then connects again: the broker has not heard of the client for so long.</summary>
    public Task MoveAsync(TimeSpan span)
    {
        _engine.Time.Move(span);
        return ConnectAsync();
    }

    /// <summary>A message whose body is its name.</summary>
    public static V1.Message Named(string name) => new() { Body = ByteString.CopyFromUtf8(name) };

    /// <summary>A message that is delivered so much later.</summary>
    public static V1.Message Delayed(string name, TimeSpan delay)
    {
        var message = Named(name);
        message.Delay = (ulong)delay.TotalMilliseconds;
        return message;
    }

    /// <summary>Publishes messages in one batch; returns the answer to it.</summary>
    public async Task<V1.PublishedBatch> PublishAsync(params V1.Message[] messages)
    {
        var batch = new V1.PublishBatch { Queue = _queue, FirstSequence = _sequence + 1 };
        batch.Messages.AddRange(messages.Select(message => message.ToByteString()));
        _sequence += (ulong)messages.Length;
        return await _client.PublishAsync(_producer, batch);
    }

    /// <summary>Sends again what was published last, so many messages of it first and others behind them, as after a lost receipt.</summary>
    public async Task<V1.PublishedBatch> RepeatAsync(int repeated, params V1.Message[] messages)
    {
        _sequence -= (ulong)repeated;
        return await PublishAsync(messages);
    }

    /// <summary>The Unix time in milliseconds that is so far from the clock's now.</summary>
    public ulong In(TimeSpan span) => (ulong)(_engine.Time.GetUtcNow() + span).ToUnixTimeMilliseconds();

    /// <summary>What is there now, without waiting.</summary>
    public Task<List<Received>> PollAsync() => ReceiveOnceAsync(TimeSpan.Zero);

    /// <summary>Receives so many messages, and acks them; waits for them, but lets no time pass.</summary>
    public async Task<List<Received>> ReceiveAsync(int count)
    {
        List<Received> received = [];
        while (received.Count < count)
            received.AddRange(await ReceiveOnceAsync(TimeSpan.FromSeconds(60)));
        return received;
    }

    /// <summary>An administration request's answer.</summary>
    public async Task<V1.ServerFrame> AskAsync(V1.AdministrationRequest request) =>
        await _client.AskAsync(new V1.ClientFrame { Administration = request });

    /// <summary>Cancels messages; returns the answer.</summary>
    public Task<V1.ServerFrame> CancelAsync(params ulong[] positions)
    {
        var choice = new V1.ScheduledChoice();
        choice.Positions.AddRange(positions);
        return AskAsync(new() { CancelScheduled = new() { Choice = choice } });
    }

    /// <summary>Waits, without letting time pass, until so many messages have come out, the settled ones with them: a release is committed beside the clock.</summary>
    public async Task HasComeOutAsync(ulong messages)
    {
        while ((await AskAsync(new() { ShowQueue = new() { Queue = Queue } })).Administration.Queue.Messages < messages)
            await Task.Yield();
    }

    /// <summary>How many are scheduled, as the queue shows.</summary>
    public async Task<ulong> ScheduledAsync() => (await AskAsync(new() { ShowQueue = new() { Queue = Queue } })).Administration.Queue.Scheduled;

    /// <summary>The scheduled messages.</summary>
    public async Task<V1.ScheduledList> ListAsync(V1.ScheduledMessage? after = null, uint max = 0)
    {
        var list = new V1.ListScheduled { Queue = Queue, Max = max, AfterDeliverAt = after?.DeliverAt ?? 0, AfterOrder = after?.Order ?? 0 };
        return (await AskAsync(new() { ListScheduled = list })).Administration.Scheduled;
    }

    private async Task ConnectAsync()
    {
        _client = await TestClient.GreetedAsync(_engine.Engine, 8 * 1024 * 1024);
        _producer = await _client.OpenProducerAsync(_id, "shop");
        _queue = await _client.OpenQueueAsync(Queue);
        var subscribe = new V1.Subscribe { Queue = Queue, Group = "billing", ConsumerId = ByteString.CopyFrom([.. new byte[15], 1]) };
        _subscribed = (await _client.AskAsync(new V1.ClientFrame { Subscribe = subscribe })).Subscribed;
    }

    private async Task<List<Received>> ReceiveOnceAsync(TimeSpan wait)
    {
        var receive = new V1.Receive { Subscription = _subscribed.Subscription, MaxMessages = 1_000, Wait = (uint)wait.TotalMilliseconds };
        var delivery = (await _client.AskAsync(new V1.ClientFrame { Receive = receive })).Delivery;
        List<Received> received = [];
        var settle = new V1.Settle();
        foreach (var run in delivery.Runs)
        {
            for (int i = 0; i < run.Messages.Count; i++)
            {
                string name = V1.Message.Parser.ParseFrom(run.Messages[i]).Body.ToStringUtf8();
                received.Add(new Received(name, run, i));
            }
            settle.Runs.Add(new V1.SettleRun
            {
                QueueId = _subscribed.QueueId, GroupId = _subscribed.GroupId, FirstOffset = run.FirstOffset, Count = (uint)run.Messages.Count,
                Attempt = run.Attempt, Epoch = run.Epoch, Verb = V1.SettleVerb.Ack,
            });
        }
        if (settle.Runs.Count > 0)
            await _client.AskAsync(new V1.ClientFrame { Settle = settle });
        return received;
    }
}
