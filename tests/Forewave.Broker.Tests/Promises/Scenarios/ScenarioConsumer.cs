using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>
/// A consumer of one group: takes by pull or by credit, settles what it holds in all ways, comes and goes. Driven by one task;
/// answers and deliveries come on another.
/// </summary>
internal sealed class ScenarioConsumer(Scenario scenario, GroupPlan plan)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, HeldLease> _held = [];
    private readonly List<int> _connections = [];
    private readonly HashSet<MessageKey> _seen = [];
    private ConsumerId _id = new((UInt128)(uint)scenario.NextConsumerNumber());
    private WireConnection? _connection;
    private uint _subscription;
    private uint _queueId;
    private uint _groupId;
    private bool _hasEnded;

    public GroupPlan Plan => plan;

    public WireConnection? Connection => _connection is { HasEnded: false } && !_hasEnded ? _connection : null;

    public int HeldCount
    {
        get
        {
            lock (_gate)
                return _held.Count;
        }
    }

    /// <summary>Whether it got a message.</summary>
    public bool HasSeen(MessageKey message)
    {
        lock (_gate)
            return _seen.Contains(message);
    }

    /// <summary>
    /// Connects and subscribes: as a new consumer, as one that comes back and says what it holds, or (a crashed one) under its
    /// id without a word of it. False: the broker is gone.
    /// </summary>
    public async Task<bool> ConnectAsync(Random random)
    {
        bool returns = _connections.Count > 0 && random.Next(3) == 0;
        // One that acks up to an offset and comes under its id without a word would ack what it never saw.
        Begin(returns, isNew: !returns && (random.Next(2) == 0 || plan.AcksUpTo));
        var connection = await scenario.OpenAsync(frame => Received(frame, 0));
        _connection = connection;
        _connections.Add(connection.Number.Value);
        var subscribe = new V1.Subscribe
        {
            Queue = plan.Queue.Name,
            Group = plan.Name,
            ConsumerId = ByteString.CopyFrom(_id.ToBytes()),
            ConsumerName = $"c{_id.Value}",
            AtMostOnce = plan.IsAtMostOnce,
            CreateQueue = true,
            Returning = returns,
        };
        if (returns)
            subscribe.Held.AddRange(Held().Select(lease => new V1.OffsetRange { First = (ulong)lease.Offset, Count = 1, Attempt = lease.Attempt }));
        var answer = await connection.AskAsync(new V1.ClientFrame { Subscribe = subscribe });
        if (answer?.Subscribed is not { } subscribed)
            return false;
        if (returns)
            ReleaseDone();
        _subscription = subscribed.Subscription;
        _queueId = subscribed.QueueId;
        _groupId = subscribed.GroupId;
        scenario.History.Add(Event(EventKind.GroupMade) with
        {
            Count = (int)plan.MaxAttempts, Text = plan.IsAtMostOnce ? "at-most-once" : "", Policy = plan.Policy, IsAlone = plan.Consumers == 1,
            BuriesExpired = plan.BuriesExpired,
        });
        return true;
    }

    /// <summary>Asks for messages: by a pull that waits or not, or by credit.</summary>
    public void Ask(Random random)
    {
        if (Connection is not { } connection)
            return;
        uint messages = (uint)(random.Next(4) == 0 ? random.Next(1, 200) : random.Next(1, 20));
        if (random.Next(2) == 0)
        {
            var credit = new V1.Credit { Subscription = _subscription, Messages = messages, Bytes = (uint)random.Next(1, 200_000) };
            connection.Send(new V1.ClientFrame { Credit = credit });
            return;
        }
        Pull(messages, (uint)random.Next(2) * 3_000);
    }

    /// <summary>One pull.</summary>
    public void Pull(ulong messages, uint waitMilliseconds)
    {
        var receive = new V1.Receive { Subscription = _subscription, MaxMessages = (uint)messages, Wait = waitMilliseconds };
        if (Connection is not { } connection)
            return;
        int pull = scenario.History.Add(Event(EventKind.PullSent));
        connection.Send(new V1.ClientFrame { Receive = receive }, answer =>
        {
            if (answer is not null)
                Received(answer, pull);
        });
    }

    /// <summary>Settles some of what it holds, in one way.</summary>
    public void Settle(Random random)
    {
        var held = Held();
        if (held.Count == 0 || Connection is null)
            return;
        var verb = random.Next(20) switch
        {
            < 11 => plan.AcksUpTo ? SettleVerb.AckUpTo : SettleVerb.Ack,
            < 14 => SettleVerb.Nack,
            < 16 => SettleVerb.Release,
            < 18 => plan.AcksUpTo ? SettleVerb.Ack : SettleVerb.Extend,
            _ => SettleVerb.Reject,
        };
        // A key is set aside by what fails for good.
        if (plan.Policy == FailurePolicy.Park && verb == SettleVerb.Nack)
            verb = SettleVerb.Reject;
        bool some = random.Next(2) == 0;
        Settle(verb, [.. held.Where(_ => !some || random.Next(3) > 0)], random);
    }

    /// <summary>Acks all that it holds.</summary>
    public void AckAll(Random random) => Settle(SettleVerb.Ack, Held(), random);

    /// <summary>Goes away: with or without a word.</summary>
    public async Task LeaveAsync(Random random)
    {
        if (_connection is not { } connection)
            return;
        if (Connection is not null && random.Next(2) == 0)
            await UnsubscribeAsync(connection, release: random.Next(2) == 0);
        await connection.LeaveAsync();
        _connection = null;
    }

    private async Task UnsubscribeAsync(WireConnection connection, bool release)
    {
        if (release)
            ReleaseAll();
        var unsubscribe = new V1.Unsubscribe { Subscription = _subscription, Release = release };
        var answer = await connection.AskAsync(new V1.ClientFrame { Unsubscribe = unsubscribe });
        if (release && answer?.Unsubscribed is not null)
            ReleaseDone();
        if (release)
            Forget();
    }

    /// <summary>Whom it comes as, and what it still holds then.</summary>
    private void Begin(bool returns, bool isNew)
    {
        _hasEnded = false;
        if (returns)
        {
            ReleaseAll();
            return;
        }
        if (isNew)
            _id = new ConsumerId((UInt128)(uint)scenario.NextConsumerNumber());
        // Half of the others settle by the handles of their earlier connections, and of earlier lives. An ack up to an offset
        // covers leases of this consumer alone.
        if (plan.AcksUpTo || scenario.Random.Next(2) == 0)
            Forget();
    }

    private void ReleaseAll()
    {
        foreach (int number in _connections)
            scenario.History.Add(new HistoryEvent { Kind = EventKind.LeasesReleased, Connection = number, Group = plan.Key });
    }

    private void ReleaseDone() => scenario.History.Add(new HistoryEvent { Kind = EventKind.ReleaseDone, Group = plan.Key });

    /// <summary>Holds nothing any more.</summary>
    public void Forget()
    {
        lock (_gate)
            _held.Clear();
    }

    private List<HeldLease> Held()
    {
        lock (_gate)
            return [.. _held.Values];
    }

    private void Settle(SettleVerb verb, List<HeldLease> leases, Random random)
    {
        if (leases.Count == 0 || Connection is null)
            return;
        string reason = verb is SettleVerb.Nack or SettleVerb.Reject ? $"reason {random.Next(1_000)}" : "";
        ulong delay = verb switch
        {
            SettleVerb.Nack => (ulong)random.Next(3) * 2_000,
            SettleVerb.Extend => (ulong)random.Next(1, 60_000),
            _ => 0,
        };
        var frame = new V1.Settle();
        var sent = new List<List<(long Offset, int Event)>>();
        if (verb == SettleVerb.AckUpTo)
        {
            frame.Runs.Add(Run(verb, leases[^1]));
            // Up to an offset means among the messages of its priority.
            var upTo = leases[^1];
            var covered = Held().Where(lease => lease.Offset <= upTo.Offset && HistoryEvent.BandOf(lease.Offset) == HistoryEvent.BandOf(upTo.Offset));
            sent.Add([.. covered.Select(lease => Sent(lease, verb, reason))]);
        }
        else
        {
            AddRuns(verb, leases, reason, (frame, sent));
        }
        foreach (var run in frame.Runs)
        {
            run.Delay = delay;
            run.Reason = reason;
        }
        if (verb != SettleVerb.Extend)
            Drop(sent.SelectMany(run => run).Select(message => message.Offset));
        _connection!.Send(new V1.ClientFrame { Settle = frame }, answer => Settled(sent, answer));
    }

    private void AddRuns(SettleVerb verb, List<HeldLease> leases, string reason, (V1.Settle Frame, List<List<(long Offset, int Event)>> Sent) request)
    {
        var (frame, sent) = request;
        foreach (var lease in leases)
        {
            var last = frame.Runs.LastOrDefault();
            bool adjoins = last is not null && last.FirstOffset + last.Count == (ulong)lease.Offset
                && last.Attempt == lease.Attempt && last.Epoch == lease.Epoch;
            if (adjoins)
            {
                last!.Count++;
            }
            else
            {
                frame.Runs.Add(Run(verb, lease));
                sent.Add([]);
            }
            sent[^1].Add(Sent(lease, verb, reason));
        }
    }

    private V1.SettleRun Run(SettleVerb verb, HeldLease lease) => new()
    {
        QueueId = _queueId,
        GroupId = _groupId,
        FirstOffset = (ulong)lease.Offset,
        Count = 1,
        Attempt = lease.Attempt,
        Epoch = lease.Epoch,
        Verb = (V1.SettleVerb)verb,
    };

    private (long Offset, int Event) Sent(HeldLease lease, SettleVerb verb, string reason) => (lease.Offset, scenario.History.Add(
        Event(EventKind.SettleSent) with { Offset = lease.Offset, Attempt = lease.Attempt, Epoch = lease.Epoch, Verb = verb, Reason = reason }));

    private void Drop(IEnumerable<long> offsets)
    {
        lock (_gate)
        {
            foreach (long offset in offsets)
                _held.Remove(offset);
        }
    }

    private void Settled(List<List<(long Offset, int Event)>> runs, V1.ServerFrame? answer)
    {
        if (answer is null)
            return;
        for (int i = 0; i < runs.Count; i++)
        {
            foreach (var (offset, request) in runs[i])
            {
                var error = answer.Settled is null ? (ErrorCode)answer.Error.Number : ErrorOf(answer.Settled, i, offset);
                scenario.History.Add(Event(EventKind.SettleAnswered) with { Offset = offset, Request = request, Error = error });
            }
        }
    }

    private static ErrorCode ErrorOf(V1.Settled settled, int run, long offset)
    {
        var failure = settled.Failures.FirstOrDefault(failure => failure.Run == run
            && (failure.Count == 0 || ((ulong)offset >= failure.FirstOffset && (ulong)offset < failure.FirstOffset + failure.Count)));
        return failure is null ? ErrorCode.None : (ErrorCode)failure.Error.Number;
    }

    private void Received(V1.ServerFrame frame, int pull)
    {
        if (frame.SubscriptionEnded is not null)
            _hasEnded = true;
        foreach (var run in frame.Delivery?.Runs ?? [])
        {
            for (int i = 0; i < run.Messages.Count; i++)
                Delivered(run, i, pull);
        }
    }

    private void Delivered(V1.DeliveredRun run, int index, int pull)
    {
        long offset = (long)run.FirstOffset + index;
        var bytes = run.Messages[index];
        scenario.History.Add(Event(EventKind.Delivered) with
        {
            Message = TestMessage.Read(bytes),
            Offset = offset,
            Position = run.FirstPosition + (ulong)index,
            Attempt = run.Attempt,
            Epoch = run.Epoch,
            IsRedriven = run.Redriven,
            Request = pull,
            Text = TestMessage.DigestOf(bytes.Span),
        });
        lock (_gate)
        {
            _seen.Add(TestMessage.Read(bytes));
            if (!plan.IsAtMostOnce)
                _held[offset] = new HeldLease(offset, run.Attempt) { Epoch = run.Epoch };
        }
    }

    private HistoryEvent Event(EventKind kind) => new()
    {
        Kind = kind, Group = plan.Key, Connection = _connection?.Number.Value ?? 0, ConnectedAfter = _connection?.Number.ConnectedAfter ?? 0,
    };
}
