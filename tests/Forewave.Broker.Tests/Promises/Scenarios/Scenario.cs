using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Broker.Tests.Promises.Plants;
using Forewave.Broker.Tests.Promises.TurnTaking;
using Forewave.Storage.Files.Disk.Simulation;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>
/// Several lives of a whole broker on one machine, each ended by a power loss, a kill or a stop at a random moment, recovery
/// included; in the last one everything is drained. What is done, and how the broker's loops meet, depends on the seed alone.
/// </summary>
internal sealed class Scenario
{
    private readonly Plant _plant;
    private readonly List<ScenarioProducer> _producers = [];
    private readonly List<ScenarioConsumer> _consumers = [];
    private readonly HashSet<string> _made = [];
    private PowerLossDisk _machine;
    private BrokerLife? _life;
    private int _connections;
    private int _producerNumbers;
    private int _consumerNumbers;

    /// <param name="seed">What it is drawn from.</param>
    /// <param name="plant">The fault to plant.</param>
    /// <param name="allRelaxed">Every queue answers before the sync.</param>
    public Scenario(int seed, Plant plant = Plant.None, bool allRelaxed = false)
    {
        Seed = seed;
        Turns = new Turns(seed);
        Time = new MovedTime(ring => Turns.Queue(ring, "timer"));
        _plant = plant;
        Random = new Random(seed);
        History = new History(Time);
        Plan = ScenarioPlan.Draw(Random, allRelaxed);
        Shop = Plan.HasTransactions ? new ScenarioShop(this) : null;
        _machine = new PowerLossDisk(seed);
    }

    public int Seed { get; }

    /// <summary>Everything runs in these.</summary>
    public Turns Turns { get; }

    public History History { get; }

    public Random Random { get; }

    public ScenarioPlan Plan { get; }

    public MovedTime Time { get; }

    /// <summary>Scheduled messages of which a receipt came, with their positions.</summary>
    public List<(TestMessage Message, ulong Position)> Timed { get; } = [];

    /// <summary>What was done to dead letters, oldest first.</summary>
    public List<DeadWork> DeadWorks { get; } = [];

    /// <summary>Names of queues and groups that were to be deleted, where nobody knows whether they are: it was answered, or not.</summary>
    public Dictionary<string, bool> Deleting { get; } = [];

    /// <summary>Begins transactions; null: nobody does.</summary>
    public ScenarioShop? Shop { get; }

    public IReadOnlyList<ScenarioProducer> Producers => _producers;

    public IReadOnlyList<ScenarioConsumer> Consumers => _consumers;

    public WireConnection? Operator { get; private set; }

    public bool LifeHasEnded => _life!.HasEnded;

    /// <summary>The broker of the present life.</summary>
    public BrokerEngine Engine => _life!.Engine;

    /// <summary>Runs it; returns what was broken.</summary>
    public Task<IReadOnlyList<Violation>> RunAsync() => Turns.RunAsync(RunHereAsync);

    private async Task<IReadOnlyList<Violation>> RunHereAsync()
    {
        for (int i = 0; i < Plan.Producers; i++)
            _producers.Add(new ScenarioProducer(this) { Shop = i == 0 ? Shop : null });
        foreach (var group in Plan.Groups)
        {
            for (int i = 0; i < group.Consumers; i++)
                _consumers.Add(new ScenarioConsumer(this, group));
        }
        for (int life = 1; life <= Plan.Lives; life++)
        {
            if (await LiveAsync("started", isLast: life == Plan.Lives) is not { } violation)
                continue;
            return [violation, .. HistoryChecker.Check(History.Events, isDrained: false)];
        }
        return HistoryChecker.Check(History.Events);
    }

    /// <summary>Connects a client.</summary>
    public Task<WireConnection> OpenAsync(Action<V1.ServerFrame> received) => WireConnection.OpenAsync(
        this, new ConnectionNumber(++_connections) { ConnectedAfter = History.Last }, received);

    public int NextProducerNumber() => ++_producerNumbers;

    public int NextConsumerNumber() => ++_consumerNumbers + 1_000;

    /// <summary>Waits until the broker took everything that was sent; what it answers to it may still be on its way.</summary>
    public async Task PingAllAsync()
    {
        foreach (var connection in Connections())
            await connection.PingAsync();
    }

    private IEnumerable<WireConnection> Connections()
    {
        var all = _producers.Select(producer => producer.Connection).Concat(_consumers.Select(consumer => consumer.Connection)).Append(Operator);
        return all.OfType<WireConnection>().Where(connection => !connection.HasEnded);
    }

    private async Task<Violation?> LiveAsync(string how, bool isLast)
    {
        _life = new BrokerLife(this, _machine, _plant);
        if (!isLast)
            PlanEnd(_life);
        History.Add(new HistoryEvent { Kind = EventKind.LifeBegan, Text = how });
        Violation? violation = null;
        try
        {
            await Turns.ExpectAsync(Engine.StartAsync(CancellationToken.None));
            if (await ConnectAllAsync())
                violation = await WorkAsync(isLast);
            if (!LifeHasEnded && Engine.Failure is { } failure)
                violation ??= new Violation(ViolationKind.CannotOpen, $"the partition stopped: {failure}");
        }
        catch (Exception end) when (LifeHasEnded && BrokerLife.IsEnd(end))
        {
            // It ended while it recovered.
        }
        catch (TimeoutException silence)
        {
            violation = new Violation(ViolationKind.Stuck, $"the broker does not answer: {silence}");
        }
        catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
        {
            violation = new Violation(ViolationKind.CannotOpen, failure.ToString());
        }
        try
        {
            await EndAsync(_life);
        }
        catch (TimeoutException silence)
        {
            violation ??= new Violation(ViolationKind.Stuck, $"the broker does not close: {silence}");
        }
        return violation;
    }

    private async Task<Violation?> WorkAsync(bool isLast)
    {
        await new ScenarioWork(this).RunAsync();
        return isLast ? await new ScenarioDrain(this).RunAsync() : null;
    }

    private void PlanEnd(BrokerLife life)
    {
        bool isKill = Random.Next(4) == 0;
        bool isAfter = Random.Next(2) == 0;
        int left = Random.Next(5) switch { 0 => Random.Next(1, 40), 1 => int.MaxValue, _ => Random.Next(20, 300) };
        void Count(DiskOperation operation)
        {
            if (--left != 0)
                return;
            if (isKill)
                life.Kill();
            else
                life.Machine.CutPower();
        }

        if (isAfter)
            life.Machine.AfterOperation = Count;
        else
            life.Machine.BeforeOperation = Count;
    }

    private async Task<bool> ConnectAllAsync()
    {
        Operator = await OpenAsync(_ => { });
        foreach (var queue in Plan.Queues)
        {
            if (!await new ScenarioDeletion(this).ResolveAsync(queue))
                return false;
            if (!_made.Contains(queue.Name) && !await MakeQueueAsync(queue))
                return false;
        }
        foreach (var group in Plan.Groups)
        {
            if (!await new ScenarioGroupDeletion(this).ResolveAsync(group))
                return false;
        }
        foreach (var consumer in _consumers)
        {
            if (!await consumer.ConnectAsync(Random) || !await new GroupSetting(this).ApplyAsync(consumer.Plan))
                return false;
        }
        foreach (var producer in _producers)
        {
            if (!await producer.ConnectAsync())
                return false;
        }
        return true;
    }

    /// <summary>A queue was deleted.</summary>
    public void Unmade(QueuePlan queue) => _made.Remove(queue.Name);

    /// <summary>Makes a queue, unless it is there; false: the broker is gone.</summary>
    public async Task<bool> MakeQueueAsync(QueuePlan queue)
    {
        // Every second one keeps a trace: copies of its records, which must disturb nothing.
        var options = new V1.QueueOptions { Relaxed = queue.IsRelaxed, Trace = queue.Name[^1] % 2 == 0 };
        if (queue.WindowSeconds > 0)
            options.DeduplicationWindow = (ulong)queue.WindowSeconds * 1_000;
        if (queue.LifeSeconds > 0)
            options.TimeToLive = (ulong)queue.LifeSeconds * 1_000;
        var create = new V1.CreateQueue { Queue = queue.Name, Options = options };
        var answer = await AdministerAsync(new V1.AdministrationRequest { CreateQueue = create });
        bool isThere = answer?.Administration is not null || answer?.Error?.Number == (uint)Forewave.Protocol.ErrorCode.QueueExists;
        if (!isThere)
            return false;
        _made.Add(queue.Name);
        History.Add(new HistoryEvent
        {
            Kind = EventKind.QueueMade, Group = GroupKey.OfQueue(queue.Label), Text = queue.IsRelaxed ? "relaxed" : "synced", Count = queue.WindowSeconds,
            LifeMilliseconds = queue.LifeSeconds * 1_000L,
        });
        return true;
    }

    /// <summary>An answer, or null where it says nothing but that the life has ended: what is read from a disk without power fails.</summary>
    public V1.ServerFrame? Living(V1.ServerFrame? answer) =>
        LifeHasEnded && answer?.Error?.Number == (uint)Forewave.Protocol.ErrorCode.BrokerFault ? null : answer;

    /// <summary>Asks the broker as an operator.</summary>
    public Task<V1.ServerFrame?> AdministerAsync(V1.AdministrationRequest request) =>
        Operator!.AskAsync(new V1.ClientFrame { Administration = request });

    /// <summary>Everything that the broker had sent is read before the next life begins.</summary>
    private async Task EndAsync(BrokerLife life)
    {
        var connections = Connections().ToList();
        if (!life.HasEnded && Random.Next(2) == 0)
        {
            if (Random.Next(2) == 0)
                life.Kill();
            else
                life.Machine.CutPower();
        }
        await life.CloseAsync();
        foreach (var connection in connections)
            await Turns.ExpectAsync(connection.Reading);
        foreach (var producer in _producers)
            await producer.LeaveAsync();
        foreach (var consumer in _consumers)
            await consumer.LeaveAsync(Random);
        life.Machine.BeforeOperation = null;
        life.Machine.AfterOperation = null;
        if (life.Machine.IsPowerLost)
            _machine = life.Machine.PowerLoss(Random.Next(1_000));
    }

    public override string ToString() =>
        $"seed {Seed}: {Plan.Producers} producers{(Plan.HasTransactions ? ", one with transactions" : "")}, {string.Join(", ", Plan.Queues)}, {string.Join(", ", Plan.Groups)}";
}
