using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>
/// One run of random commands on a group whose messages have ordering keys, some of them none. The model knows for each message
/// whether it is settled, out or waiting; of a key only the first unsettled one may be out. With a policy on expiry some messages
/// live for a while: what is not out with a consumer then never comes, and its key goes on.
/// </summary>
internal sealed class KeyModelRun(Random random, FailurePolicy policy, ExpiredPolicy? onExpired = null)
{
    private enum Fate
    {
        Unread,
        Leased,
        Waiting,
        Ready,
        Parked,
        Acked,
        Dead,
        Outlived,
    }

    private sealed class Entry
    {
        public required string Key { get; init; }

        public required string Body { get; init; }

        public Fate Fate { get; set; }

        public uint Next { get; set; } = 1;

        public uint Attempt { get; set; }

        public DateTimeOffset End { get; set; }

        public TimeSpan Length { get; set; }

        public bool Expired { get; set; }

        public DeliveredMessage? Last { get; set; }

        public DateTimeOffset LivesTo { get; init; } = DateTimeOffset.MaxValue;

        public bool IsSettled => Fate is Fate.Acked or Fate.Dead or Fate.Outlived;

        public bool IsOver(DateTimeOffset now) => now > LivesTo && Fate is (Fate.Unread or Fate.Ready);

        public bool IsGone(DateTimeOffset now) => IsSettled || IsOver(now);
    }

    private const int MaxAttempts = 3;
    private const int MaxUnsettled = 400;
    private static readonly TimeSpan Visibility = TimeSpan.FromSeconds(30);

    private readonly SortedDictionary<long, Entry> _entries = [];
    private readonly ConsumerId[] _ids = [Id(1), Id(2), Id(3)];
    private DeliveryStage _stage = null!;
    private List<TestConsumer> _consumers = [];
    private long _published;

    public async Task StartAsync()
    {
        _stage = await DeliveryStage.StartAsync(setting => setting with { MaxUnsettled = MaxUnsettled });
        await _stage.Loops.Administration.SetGroupAsync(_stage.Queue("q"), new GroupName("g"), new GroupChange
        {
            Create = true, OnFailure = policy, MaxAttempts = MaxAttempts, OnExpired = onExpired,
        });
        await SubscribeAllAsync();
    }

    public Task StepAsync() => random.Next(12) switch
    {
        0 or 1 => PublishAsync(),
        2 or 3 or 4 => ReceiveAsync(random.Next(1, 60)),
        5 or 6 => SettleAsync(SettleVerb.Ack),
        7 or 8 => SettleAsync((SettleVerb)random.Next(1, 6)),
        9 => MoveAsync(TimeSpan.FromSeconds(random.Next(1, 12))),
        10 => ResumeAsync(),
        _ => random.Next(4) == 0 ? RestartAsync() : Task.CompletedTask,
    };

    public ValueTask CheckpointAsync() => _stage.CheckpointAsync();

    public async Task RestartAsync()
    {
        string before = State();
        _stage = await _stage.RestartAsync();
        Assert.Equal(before, State());
        await SubscribeAllAsync();
        // What the clock did is forgotten: a lease that was expired runs again, unless its message was dropped since.
        var now = _stage.Time.GetUtcNow();
        var cursor = _stage.StateOf(_consumers[0]).Cursor;
        foreach (var (offset, entry) in _entries.Where(pair => pair.Value.Fate == Fate.Ready && pair.Value.IsOver(now)))
            entry.Fate = cursor.IsUnsettled(offset) ? entry.Fate : Fate.Outlived;
        foreach (var entry in _entries.Values.Where(entry => entry.Fate == Fate.Leased || entry.Fate == Fate.Ready && entry.Expired))
            (entry.Fate, entry.End) = (Fate.Leased, now + entry.Length);
    }

    /// <summary>Everything comes to an end: acks all, resumes what is parked, and looks that nothing is left.</summary>
    public async Task EndAsync()
    {
        for (int i = 0; i < 3_000 && _entries.Values.Any(entry => !entry.IsGone(_stage.Time.GetUtcNow())); i++)
        {
            await ReceiveAsync(10_000);
            await SettleAsync(SettleVerb.Ack, all: true);
            if (_entries.Values.Any(entry => entry.Fate is Fate.Waiting or Fate.Leased))
                await MoveAsync(TimeSpan.FromSeconds(61));
            while (_entries.Values.Any(entry => entry.Fate == Fate.Parked))
                await ResumeAsync();
        }
        for (int i = 0; i < 3; i++)
            await ReceiveAsync(10_000);
        var state = _stage.StateOf(_consumers[0]);
        int outlived = _entries.Values.Count(entry => entry.Fate == Fate.Outlived || entry.IsOver(_stage.Time.GetUtcNow()));
        Assert.All(_entries.Values, entry => Assert.True(entry.IsGone(_stage.Time.GetUtcNow()), $"{entry.Body} is {entry.Fate}"));
        Assert.Equal((0, 0, 0), (state.Cursor.Unsettled, state.Cursor.Keys.Held, state.Cursor.Keys.Lines.Count));
        int buried = onExpired == ExpiredPolicy.DeadLetter ? outlived : 0;
        Assert.Equal(_entries.Values.Count(entry => entry.Fate == Fate.Dead) + buried, state.Dead.Count);
        Assert.Equal(outlived - buried, state.Expired);
        await _stage.DisposeAsync();
    }

    private static ConsumerId Id(int number) => new((UInt128)(uint)(number + 100));

    private string State()
    {
        var writer = new RecordWriter();
        _stage.StateOf(_consumers[0]).Write(writer);
        return Convert.ToHexString(writer.Written.Span);
    }

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
        string[] bodies = new string[random.Next(1, 120)];
        bool keyed = random.Next(5) > 0;
        for (int i = 0; i < bodies.Length; i++)
        {
            string key = keyed && random.Next(8) > 0 ? $"k{random.Next(random.Next(1, 40))}" : "";
            int life = onExpired is not null && random.Next(3) == 0 ? random.Next(1, 90_000) : 0;
            bodies[i] = (key.Length > 0 ? $"{key}|{++_published}" : $"{++_published}") + (life > 0 ? $"~{life}" : "");
            var livesTo = life > 0 ? _stage.Time.GetUtcNow() + TimeSpan.FromMilliseconds(life) : DateTimeOffset.MaxValue;
            _entries.Add(_published, new Entry { Key = key, Body = bodies[i], LivesTo = livesTo });
        }
        await _stage.PublishAsync("q", bodies);
        TakeDelivered();
    }

    private async Task ReceiveAsync(int max)
    {
        var consumer = _consumers[random.Next(_consumers.Count)];
        bool any = _entries.Any(pair => pair.Value.Fate is Fate.Ready or Fate.Unread && !pair.Value.IsOver(_stage.Time.GetUtcNow()) && IsFree(pair.Key, pair.Value));
        consumer.Receive(max);
        await _stage.MoveAsync(TimeSpan.FromMilliseconds(1));
        int got = TakeDelivered(TimeSpan.FromMilliseconds(1));
        bool paused = _stage.StateOf(consumer).Cursor.Unsettled >= MaxUnsettled;
        Assert.InRange(got, any && !paused ? 1 : 0, 10_000);
        MeetEnds();
    }

    /// <summary>
    /// Takes what the consumers got. A pull that found all held while more was being read stays for a while, so it may be one of
    /// an earlier step that is answered.
    /// </summary>
    private int TakeDelivered(TimeSpan ago = default)
    {
        int count = 0;
        foreach (var message in _consumers.SelectMany(consumer => consumer.Output.TakeMessages()))
        {
            var entry = _entries[message.Offset];
            Assert.True(entry.Fate is Fate.Ready or Fate.Unread, $"{entry.Body} is {entry.Fate}");
            Assert.True(IsFree(message.Offset, entry), $"{entry.Body} came before its turn");
            Assert.False(entry.IsOver(_stage.Time.GetUtcNow() - ago), $"{entry.Body} came after its time");
            Assert.Equal((entry.Body, entry.Next), (message.Body, message.Attempt));
            (entry.Fate, entry.Attempt, entry.Last) = (Fate.Leased, message.Attempt, message);
            (entry.Length, entry.Expired) = (Visibility, false);
            entry.End = _stage.Time.GetUtcNow() - ago + Visibility;
            count++;
        }
        return count;
    }

    /// <summary>Nothing before it in its key is unsettled.</summary>
    private bool IsFree(long offset, Entry entry) =>
        entry.Key.Length == 0 || !_entries.TakeWhile(pair => pair.Key < offset).Any(pair => pair.Value.Key == entry.Key && !pair.Value.IsGone(_stage.Time.GetUtcNow()));

    private async Task SettleAsync(SettleVerb verb, bool all = false)
    {
        var leased = _entries.Values.Where(entry => entry.Fate == Fate.Leased).ToList();
        if (leased.Count == 0)
            return;
        int from = all ? 0 : random.Next(leased.Count);
        var chosen = leased.GetRange(from, all ? leased.Count : random.Next(1, leased.Count - from + 1));
        var delay = TimeSpan.FromSeconds(random.Next(1, 60));
        var failures = await _consumers[random.Next(_consumers.Count)].SettleAsync(verb, chosen.Select(entry => entry.Last!), delay);

        Assert.Empty(failures);
        foreach (var entry in chosen)
            Settle(entry, verb, delay);
        TakeDelivered();
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
            case SettleVerb.Nack when entry.Attempt < MaxAttempts && (policy != FailurePolicy.Skip || entry.Key.Length == 0):
                (entry.Fate, entry.End, entry.Next) = (Fate.Waiting, now + delay, entry.Attempt + 1);
                break;
            default:
                Fail(entry);
                break;
        }
    }

    private void Fail(Entry entry)
    {
        entry.Fate = policy == FailurePolicy.Park && entry.Key.Length > 0 ? Fate.Parked : Fate.Dead;
        entry.Next = entry.Attempt + 1;
    }

    private async Task ResumeAsync()
    {
        var parked = _entries.Values.FirstOrDefault(entry => entry.Fate == Fate.Parked);
        if (parked is null)
            return;
        bool giveUp = random.Next(2) == 0;
        await _stage.Loops.Administration.ResumeKeyAsync(_stage.Queue("q"), new GroupName("g"), new KeyChoice(parked.Key, giveUp));
        await _stage.IdleAsync();
        (parked.Fate, parked.Expired) = (giveUp ? Fate.Dead : Fate.Ready, false);
        TakeDelivered();
    }

    private async Task MoveAsync(TimeSpan span)
    {
        await _stage.MoveAsync(span);
        MeetEnds();
        TakeDelivered(span);
    }

    private void MeetEnds()
    {
        var now = _stage.Time.GetUtcNow();
        foreach (var entry in _entries.Values.Where(entry => entry.Fate is Fate.Leased or Fate.Waiting && entry.End <= now))
        {
            bool lease = entry.Fate == Fate.Leased;
            bool last = entry.Attempt >= MaxAttempts || policy == FailurePolicy.Skip && entry.Key.Length > 0;
            if (lease && last)
            {
                Fail(entry);
                continue;
            }
            (entry.Fate, entry.Next, entry.Expired) = (Fate.Ready, entry.Attempt + 1, lease);
        }
    }
}
