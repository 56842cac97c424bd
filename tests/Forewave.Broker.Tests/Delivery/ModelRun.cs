using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Outcomes;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>
/// One run of random commands on a group, and what the rules say must come of each. The model knows for each offset: not handed
/// out, settled, or held with an attempt until a time.
/// </summary>
internal sealed class ModelRun(Random random)
{
    private enum Fate
    {
        Unread,
        Leased,
        Waiting,
        Ready,
        Acked,
        Dead,
    }

    private sealed class Entry
    {
        public Fate Fate { get; set; }

        public uint Attempt { get; set; }

        public DateTimeOffset End { get; set; }

        public TimeSpan Length { get; set; }

        public uint Next { get; set; }

        public bool Expired { get; set; }

        public string Body { get; init; } = "";

        public uint FirstAttempt { get; set; } = 1;

        public bool HasLetter { get; set; }

        public DeliveredMessage? Last { get; set; }
    }

    private const int MaxAttempts = 16;
    private static readonly TimeSpan Visibility = TimeSpan.FromSeconds(30);

    private readonly SortedDictionary<long, Entry> _entries = [];
    private readonly ConsumerId[] _ids = [Id(1), Id(2), Id(3)];
    private DeliveryStage _stage = null!;
    private List<TestConsumer> _consumers = [];
    private readonly Dictionary<long, Task<OutcomeAnswer>> _waits = [];
    private long _published;

    /// <summary>Now and then the store has no room for a record.</summary>
    public bool IsNarrow { get; init; }

    /// <summary>The group begins anew now and then.</summary>
    public bool IsReset { get; init; }

    /// <summary>Ranges come once more now and then.</summary>
    public bool IsReplayed { get; init; }

    private long _died;
    private (long Next, long End) _replay;

    public async Task StartAsync()
    {
        var rooms = new Random(1);
        bool isTraced = random.Next(2) == 0;
        _stage = await DeliveryStage.StartAsync(setting => !IsNarrow
            ? setting with { IsTraced = isTraced ? static _ => true : null }
            : setting with { Store = new NarrowStore(setting.Store, type => type != RecordType.Published && rooms.Next(3) == 0) });
        await SubscribeAllAsync();
    }

    public async Task StepAsync()
    {
        if (IsReset && random.Next(12) == 0)
            await ResetAsync();
        if (IsReplayed && random.Next(8) == 0)
            await ReplayAsync();
        switch (random.Next(10))
        {
            case 0 or 1:
                await PublishAsync();
                break;
            case 2 or 3:
                await ReceiveAsync();
                break;
            case 4 or 5:
                await SettleAsync(SettleVerb.Ack);
                break;
            case 6:
                await SettleAsync((SettleVerb)random.Next(1, 6));
                break;
            case 7:
                await MoveAsync(TimeSpan.FromSeconds(random.Next(1, 12)));
                break;
            case 8:
                await SettleStaleAsync();
                break;
            default:
                if (random.Next(6) == 0)
                    await RestartAsync();
                break;
        }
        Check();
        await CheckOutcomesAsync();
    }

    public async Task RestartAsync()
    {
        byte[] before = State();
        _waits.Clear();
        _stage = await _stage.RestartAsync();
        Assert.Equal(Convert.ToHexString(before), Convert.ToHexString(State()));
        await SubscribeAllAsync();
        var now = _stage.Time.GetUtcNow();
        foreach (var entry in _entries.Values)
        {
            // What the clock did is forgotten: a lease that was expired runs again.
            bool leased = entry.Fate == Fate.Leased || entry.Fate == Fate.Ready && entry.Expired;
            if (leased)
                (entry.Fate, entry.End) = (Fate.Leased, now + entry.Length);
        }
    }

    private async Task ResetAsync()
    {
        long to = random.NextInt64(1, _published + 2);
        bool unsettled(Entry entry) => entry.Fate is Fate.Leased or Fate.Waiting or Fate.Ready;
        bool settled(Entry entry) => entry.Fate is Fate.Acked or Fate.Dead;
        var before = _entries.Where(pair => pair.Key < to).Select(pair => pair.Value).ToList();
        var after = _entries.Where(pair => pair.Key >= to).Select(pair => pair.Value).ToList();

        var result = await _stage.Loops.Rewinding.ResetAsync(
            _stage.Queue("q"), new GroupName("g"), new ResetRequest(StartPoint.AtOffset(new Offset(to))) { Force = true });
        await _stage.IdleAsync();

        Assert.Equal(before.Count(entry => !settled(entry)), result.Counts.Skipped);
        Assert.Equal(after.Count(settled), result.Counts.Repeated);
        Assert.Equal(after.Count(unsettled), result.Counts.Restarted);
        _died += after.Count(entry => entry.Fate == Fate.Dead);
        _replay = default;
        foreach (var entry in before.Where(entry => !settled(entry)))
            entry.Fate = Fate.Acked;
        foreach (var entry in after)
        {
            bool wasOut = entry.Fate == Fate.Leased || entry.Fate == Fate.Ready && entry.Expired;
            entry.FirstAttempt = wasOut ? entry.Attempt + 1 : entry.Fate == Fate.Unread ? entry.FirstAttempt : 1;
            entry.HasLetter |= entry.Fate == Fate.Dead;
            (entry.Fate, entry.Last, entry.Expired) = (Fate.Unread, null, false);
        }
    }

    private async Task ReplayAsync()
    {
        long read = _stage.StateOf(_consumers[0]).Cursor.ReadOffset;
        if (_replay.Next < _replay.End || read == 1)
            return;
        long first = random.NextInt64(1, read);
        long last = random.NextInt64(first, _published + 1);
        var range = _entries.Where(pair => pair.Key >= first && pair.Key <= last).Select(pair => pair.Value).ToList();

        var result = await _stage.Loops.Replaying.BeginAsync(
            _stage.Queue("q"), new GroupName("g"), new ReplayRequest(StartPoint.AtOffset(new Offset(first))) { To = StartPoint.AtOffset(new Offset(last)) });
        await _stage.IdleAsync();

        // The death of the last lease is written when its bytes were read.
        int dying = range.Count(entry => entry.Fate == Fate.Dead) - (int)result.Counts.Dead;
        Assert.InRange(dying, 0, range.Count);
        Assert.Equal(range.Count(entry => entry.Fate == Fate.Acked), result.Counts.Settled);
        Assert.Equal(range.Count(entry => entry.Fate is not (Fate.Acked or Fate.Dead)), result.Counts.Pending - dying);
        _replay = (first, Math.Min(last + 1, read));
    }

    /// <summary>What a pull got of the replay: settled messages of its range, in order, none left out, when nothing else was there.</summary>
    private void CheckReplayed(IReadOnlyList<DeliveredMessage> replayed)
    {
        var left = _entries.Where(pair => pair.Key >= _replay.Next && pair.Key < _replay.End && pair.Value.Fate == Fate.Acked).Select(pair => pair.Key);
        Assert.Equal(left.Take(replayed.Count), replayed.Select(message => message.Offset));
        Assert.All(replayed, message => Assert.Equal(1u, message.Attempt));
        _replay.Next = replayed.Count > 0 ? replayed[^1].Offset + 1 : _replay.Next;
        if (_replay == default)
            return;
        long next = _stage.StateOf(_consumers[0]).Replay?.Next ?? _replay.Next;
        Assert.InRange(next, _replay.Next, Math.Max(_replay.Next, _replay.End));
        _replay.Next = next;
    }

    public ValueTask CheckpointAsync() => _stage.CheckpointAsync();

    /// <summary>The group's state as a checkpoint has it.</summary>
    public byte[] State()
    {
        var writer = new RecordWriter();
        _stage.StateOf(_consumers[0]).Write(writer);
        return writer.Written.ToArray();
    }

    /// <summary>Everything comes to an end: acks all and looks that nothing is left.</summary>
    public async Task EndAsync()
    {
        for (int i = 0; i < 100 && (_replay.Next < _replay.End || _entries.Values.Any(entry => entry.Fate is not (Fate.Acked or Fate.Dead))); i++)
        {
            await ReceiveAsync(10_000);
            await SettleAsync(SettleVerb.Ack, all: true);
            await MoveAsync(TimeSpan.FromMinutes(12));
        }
        Check();
        Assert.False(_stage.StateOf(_consumers[0]).Replay?.IsRunning == true);
        Assert.Equal(0, _stage.StateOf(_consumers[0]).Cursor.Unsettled);
        Assert.Equal(_died + _entries.Values.Count(entry => entry.Fate == Fate.Dead), _stage.StateOf(_consumers[0]).Dead.Count);
        await _stage.DisposeAsync();
    }

    private static ConsumerId Id(int number) => new((UInt128)(uint)(number + 100));

    private async Task SubscribeAllAsync()
    {
        _consumers = [];
        foreach (var id in _ids)
        {
            _consumers.Add(await _stage.SubscribeAsync("q", change: one => new Subscription
            {
                Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = id,
                ConsumerName = "c", Output = one.Output,
            }));
        }
    }

    private async Task PublishAsync()
    {
        int count = random.Next(1, 200);
        string[] bodies = DeliveryStage.Bodies(count, (int)_published + 1);
        await _stage.PublishAsync("q", bodies);
        foreach (string body in bodies)
            _entries.Add(++_published, new Entry { Body = body });
    }

    private Task ReceiveAsync() => ReceiveAsync(random.Next(1, 150));

    /// <summary>
    /// A pull gets what is ready, lowest first, then what was never handed out. What has to come from disk first may be passed
    /// over, but never everything.
    /// </summary>
    private async Task ReceiveAsync(int max)
    {
        var consumer = _consumers[random.Next(_consumers.Count)];
        consumer.Receive(max);
        await MoveAsync(TimeSpan.FromMilliseconds(1));
        var got = consumer.Output.TakeMessages();
        var ready = got.Where(message => _entries[message.Offset].Fate == Fate.Ready).ToArray();
        var unread = got.Skip(ready.Length).TakeWhile(message => _entries[message.Offset].Fate == Fate.Unread).ToArray();
        CheckReplayed(got[(ready.Length + unread.Length)..]);
        Assert.Equal(ready.OrderBy(message => message.Offset), ready);
        Assert.All(got, message => Assert.Equal(_entries[message.Offset].Body, message.Body));
        Assert.All(ready, message => Assert.Equal(_entries[message.Offset].Next, message.Attempt));
        Assert.All(unread, message => Assert.Equal(_entries[message.Offset].FirstAttempt, message.Attempt));
        Assert.Equal(_entries.Where(pair => pair.Value.Fate == Fate.Unread).Take(unread.Length).Select(pair => pair.Key),
            unread.Select(message => message.Offset));
        bool getsSome = _entries.Values.Any(entry => entry.Fate is Fate.Ready or Fate.Unread);
        Assert.InRange(got.Count, getsSome ? 1 : 0, max);
        var end = _stage.Time.GetUtcNow() - TimeSpan.FromMilliseconds(1) + Visibility;
        foreach (var message in got)
        {
            var entry = _entries[message.Offset];
            (entry.Fate, entry.Attempt, entry.End, entry.Last, entry.Expired) = (Fate.Leased, message.Attempt, end, message, false);
            entry.Length = Visibility;
        }
    }

    private async Task SettleAsync(SettleVerb verb, bool all = false)
    {
        var leased = _entries.Values.Where(entry => entry.Fate == Fate.Leased).ToList();
        if (leased.Count == 0)
            return;
        int from = all ? 0 : random.Next(leased.Count);
        var chosen = leased.GetRange(from, all ? leased.Count : random.Next(1, Math.Min(leased.Count - from, 120) + 1));
        var delay = TimeSpan.FromSeconds(random.Next(1, 60));
        var failures = await _consumers[random.Next(_consumers.Count)].SettleAsync(verb, chosen.Select(entry => entry.Last!), delay);

        Assert.Empty(failures);
        foreach (var entry in chosen)
            Settle(entry, verb, delay);
    }

    private void Settle(Entry entry, SettleVerb verb, TimeSpan delay)
    {
        var now = _stage.Time.GetUtcNow();
        switch (verb)
        {
            case SettleVerb.Ack:
                entry.Fate = Fate.Acked;
                break;
            case SettleVerb.Release:
                (entry.Fate, entry.Next, entry.Expired) = (Fate.Ready, entry.Attempt, false);
                break;
            case SettleVerb.Extend:
                (entry.End, entry.Length) = (now + delay, delay);
                break;
            case SettleVerb.Nack when entry.Attempt < MaxAttempts:
                (entry.Fate, entry.End, entry.Next) = (Fate.Waiting, now + delay, entry.Attempt + 1);
                break;
            default:
                entry.Fate = Fate.Dead;
                break;
        }
    }

    /// <summary>A handle of an attempt that is over: good for an ack while nobody else has the message.</summary>
    private async Task SettleStaleAsync()
    {
        var some = _entries.Values.Where(entry => entry.Last is not null).ToList();
        if (some.Count == 0)
            return;
        var entry = some[random.Next(some.Count)];
        bool old = random.Next(2) == 0 && entry.Last!.Attempt > 1;
        var handle = old ? entry.Last! with { Attempt = entry.Last.Attempt - 1 } : entry.Last!;
        var failures = await _consumers[0].SettleAsync(SettleVerb.Ack, [handle]);

        bool settled = entry.Fate is Fate.Acked or Fate.Dead;
        bool succeeds = settled || !old;
        Assert.Equal(succeeds ? [] : [ErrorCode.LeaseLost], failures.Select(failure => failure.Error));
        if (succeeds && !settled)
            entry.Fate = Fate.Acked;
    }

    private async Task MoveAsync(TimeSpan span)
    {
        await _stage.MoveAsync(span);
        var now = _stage.Time.GetUtcNow();
        foreach (var entry in _entries.Values.Where(entry => entry.Fate is Fate.Leased or Fate.Waiting && entry.End <= now))
        {
            bool lease = entry.Fate == Fate.Leased;
            if (lease && entry.Attempt >= MaxAttempts)
            {
                entry.Fate = Fate.Dead;
                continue;
            }
            (entry.Fate, entry.Expired) = (Fate.Ready, lease);
            entry.Next = entry.Attempt + 1;
        }
    }

    /// <summary>What is told of each message is what the model has of it, and who waits hears when it is final.</summary>
    private async Task CheckOutcomesAsync()
    {
        var queue = _stage.Queue("q");
        foreach (var (offset, entry) in _entries.Where(_ => random.Next(20) == 0).ToArray())
        {
            var message = new IndexedMessage(queue.Id, offset) { Tag = default };
            var told = Assert.Single(await _stage.Loops.Outcomes.ShowAsync(queue, message));
            // The death of the last lease is written when its bytes were read.
            bool isDying = entry.Fate == Fate.Dead && _stage.StateOf(_consumers[0]).Cursor.IsUnsettled(offset);
            Assert.True(isDying || told.State == StateOf(entry), $"offset {offset} is {entry.Fate} and told as {told.State}");
            Assert.Equal(entry.Fate == Fate.Leased ? entry.Attempt : told.Attempt, told.Attempt);
            if (!_waits.ContainsKey(offset))
                _waits.Add(offset, _stage.Loops.Outcomes.AwaitAsync(new OutcomeWait(message, told.Group, OutcomeKind.Final), TimeSpan.FromDays(1), default));
        }
        foreach (var (offset, wait) in _waits.Where(wait => _entries[wait.Key].Fate is Fate.Acked or Fate.Dead).ToArray())
        {
            if (_stage.StateOf(_consumers[0]).Cursor.IsUnsettled(offset))
                continue;
            Assert.Equal(StateOf(_entries[offset]), (await wait).Message!.State);
            _waits.Remove(offset);
        }
        Assert.All(_waits.Where(wait => _entries[wait.Key].Fate is not (Fate.Acked or Fate.Dead)), wait => Assert.False(wait.Value.IsCompleted));
    }

    // Its dead letter stays where a reset brought a dead message again.
    private static MessageState StateOf(Entry entry) =>
        entry is { Fate: Fate.Acked, HasLetter: true } ? MessageState.Dead : StateOf(entry.Fate);

    private static MessageState StateOf(Fate fate) => fate switch
    {
        Fate.Unread => MessageState.Unread,
        Fate.Leased => MessageState.Leased,
        Fate.Acked => MessageState.Settled,
        Fate.Dead => MessageState.Dead,
        _ => MessageState.Waiting,
    };

    private void Check()
    {
        var cursor = _stage.StateOf(_consumers[0]).Cursor;
        Assert.Equal(_entries.Values.Count(entry => entry.Fate is Fate.Leased or Fate.Waiting or Fate.Ready), cursor.Unsettled);
        Assert.Equal(_entries.Values.Count(entry => entry.Fate == Fate.Ready), cursor.Ready);
        Assert.Equal(_entries.Values.Count(entry => entry.Fate == Fate.Waiting), cursor.Waiting);
    }
}
