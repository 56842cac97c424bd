using System.Buffers;
using System.Text;
using Forewave.Broker.Delivery;
using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Commands;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Broker.Queues;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;
using Forewave.Storage.Files;
using Forewave.Storage.Files.Disk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>
/// Delivery alone on the embedded store on a memory disk, with a clock that the test moves; sessions and ingest are played by
/// the test. Can be closed and opened again on the same disk.
/// </summary>
internal sealed class DeliveryStage : IAsyncDisposable
{
    private readonly FakeMeters _meters = new();
    private readonly HeldThreads _threads = new();
    private readonly MemoryDisk _disk;
    private readonly Dictionary<string, QueueEntry> _queues;
    private uint _nextId = 1_000;
    private uint _nextHandle;
    private LogPosition _opened;

    private DeliveryStage(MemoryDisk disk, MovedTime time, Dictionary<string, QueueEntry> queues, Func<DeliverySetting, DeliverySetting>? change)
    {
        _disk = disk;
        Time = time;
        _queues = queues;
        Change = change;
        Store = new FilesStore(
            new FilesStoreOptions
            {
                Disk = disk, SegmentBytes = 1024 * 1024, RecentMemoryBytes = 1024 * 1024, BlockBytes = 256 * 1024, MinFreeBytes = 0,
            },
            time);
        var setting = new DeliverySetting
        {
            Store = Store,
            Time = time,
            Producers = new OneProducerName(),
            NextId = () => Interlocked.Increment(ref _nextId),
            Meters = _meters,
            Loggers = NullLoggerFactory.Instance,
            Loops = 2,
            Seed = 1,
            Threads = _threads,
        };
        Loops = new DeliveryLoops(change is null ? setting : change(setting));
        Fold = new StageFold(Loops);
    }

    public MovedTime Time { get; }

    public FilesStore Store { get; }

    public DeliveryLoops Loops { get; }

    public StageFold Fold { get; }

    /// <summary>What the queue gives messages that name no time of their own.</summary>
    public TimeSpan QueueLife { get; set; }

    private Func<DeliverySetting, DeliverySetting>? Change { get; }

    public static Task<DeliveryStage> StartAsync(Func<DeliverySetting, DeliverySetting>? change = null) =>
        OpenAsync(new MemoryDisk(), new MovedTime(), [], change);

    public DeliveryLoop LoopOf(uint queue) => Loops.Of(queue);

    public QueueEntry Queue(string name)
    {
        if (!_queues.TryGetValue(name, out var queue))
        {
            _queues.Add(name, queue = new QueueEntry((uint)_queues.Count + 1, new QueueName(name), QueueOptions.Default));
            Loops.Administration.OpenQueue(queue);
        }
        return queue;
    }

    public GroupState StateOf(TestConsumer consumer) => LoopOf(consumer.Subscription.Queue.Id).Queues.FindGroup(consumer.GroupId)!.State;

    /// <summary>Closes and opens again on the same disk, as after a restart of the process.</summary>
    public async Task<DeliveryStage> RestartAsync()
    {
        await DisposeAsync();
        return await OpenAsync(_disk, Time, _queues, Change);
    }

    public ValueTask CheckpointAsync() => Store.CheckpointAsync(Fold, CancellationToken.None);

    /// <summary>Publishes bodies as one batch; a body "tag:text" has that tag, a body "key|text" that ordering key, a body
    /// "text~500" lives so many milliseconds; all of them "9!text": that priority.</summary>
    public async Task PublishAsync(string queue, params string[] bodies)
    {
        while (TryAppendBatch(queue, bodies) is var outcome && outcome != AppendOutcome.Appended)
        {
            Assert.Equal(AppendOutcome.NoRoom, outcome);
            await Store.WaitForRoomAsync(CancellationToken.None);
        }
        await IdleAsync();
    }

    public void AppendBatch(string queue, params string[] bodies) => Assert.Equal(AppendOutcome.Appended, TryAppendBatch(queue, bodies));

    /// <summary>Appends messages whose bytes are not what their checksum says, as if they had rotted on the disk.</summary>
    public void AppendRotted(string queue, params string[] bodies)
    {
        var draft = Draft(queue, bodies);
        draft = draft with { PayloadCrc = ~draft.PayloadCrc };
        Assert.Equal(AppendOutcome.Appended, Store.TryAppend(new ReadOnlySpan<RecordDraft>(in draft), out _));
    }

    private AppendOutcome TryAppendBatch(string queue, string[] bodies)
    {
        var draft = Draft(queue, bodies);
        return Store.TryAppend(new ReadOnlySpan<RecordDraft>(in draft), out _);
    }

    private RecordDraft Draft(string queue, string[] bodies)
    {
        var run = new ArrayBufferWriter<byte>();
        foreach (string body in bodies)
            Encode(run, body);
        return new RecordDraft
        {
            Type = RecordType.Published, Count = bodies.Length, Source = 7,
            Queue = bodies[0].Contains('!', StringComparison.Ordinal) ? PriorityBand.Of(bodies[0][0] - '0').IndexOf(Queue(queue).Id) : Queue(queue).Id,
            Extra = (bodies.Any(body => body.Contains('|', StringComparison.Ordinal)) ? PublishedFlags.HasKeys : 0)
                | (bodies.Any(body => body.Contains('~', StringComparison.Ordinal)) ? PublishedFlags.HasExpiry : 0)
                | Broker.QueueLife.BitsOf(QueueLife),
            Payload = run.WrittenMemory, PayloadCrc = Checksum.Of(run.WrittenSpan),
        };
    }

    public static string[] Bodies(int count, int from = 1) =>
        [.. Enumerable.Range(from, count).Select(number => $"m{number}")];

    public async Task<TestConsumer> SubscribeAsync(string queue, string group = "g", Func<Subscription, Subscription>? change = null)
    {
        var consumer = Prepare(queue, group, change);
        await SubscribeAsync(consumer);
        Assert.Contains(consumer.Output.Answers, answer => answer is (1, ServerAnswer.Subscribed, _));
        consumer.GroupId = LoopOf(Queue(queue).Id).Queues.Find(Queue(queue).Id)!.Find(new GroupName(group))!.State.Identity.Id;
        return consumer;
    }

    public async Task SubscribeAsync(TestConsumer consumer)
    {
        LoopOf(consumer.Subscription.Queue.Id).Post(new SubscribeCommand(consumer.Subscription, new CorrelationId(1)));
        await consumer.Output.AnsweredAsync(1);
        await IdleAsync();
    }

    public TestConsumer Prepare(string queue, string group = "g", Func<Subscription, Subscription>? change = null)
    {
        var output = new RecordedOutput();
        var subscription = new Subscription
        {
            Handle = ++_nextHandle, Queue = Queue(queue), GroupName = new GroupName(group), ConsumerId = ConsumerId.New(),
            ConsumerName = $"c{_nextHandle}", Output = output,
        };
        return new TestConsumer(this, change?.Invoke(subscription) ?? subscription, output);
    }

    /// <summary>Completes when the loops have nothing to do, everything is committed and nothing is being read.</summary>
    public async Task IdleAsync()
    {
        LogPosition tail;
        bool busy;
        do
        {
            tail = Store.Tail;
            if (tail > _opened)
            {
                // Lazy records are written when somebody waits for them.
                await Store.CommittedAsync();
                await Fold.HandedOverAsync(tail);
            }
            busy = false;
            for (uint i = 0; i < Loops.Count; i++)
                busy |= await TurnAsync(Loops.Of(i)) || await TurnAsync(Loops.Of(i));
            Assert.False(Loops.Failed.IsCompleted, Loops.Failed.IsCompleted ? (await Loops.Failed).ToString() : "");
        }
        while (busy || tail != Store.Tail);
    }

    /// <summary>Moves the clock, then waits until everything that came of it is done.</summary>
    public async Task MoveAsync(TimeSpan span)
    {
        await IdleAsync();
        _threads.While(() => Time.Move(span));
        await IdleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Loops.StopAsync(ErrorCode.ShuttingDown);
        }
        catch (ForewaveException)
        {
            // A loop that refuses everything already refuses this too.
        }
        await Store.DisposeAsync();
        Loops.Dispose();
        _meters.Dispose();
    }

    private static async Task<DeliveryStage> OpenAsync(
        MemoryDisk disk, MovedTime time, Dictionary<string, QueueEntry> queues, Func<DeliverySetting, DeliverySetting>? change)
    {
        var stage = new DeliveryStage(disk, time, queues, change);
        await stage.Store.RecoverAsync(stage.Fold, CancellationToken.None);
        stage._nextId = Math.Max(stage._nextId, stage.Loops.HighestId);
        stage._opened = stage.Store.Tail;
        stage.Store.Start(stage.Fold);
        stage.Loops.Start(queues.Values, stage.Store.Committed);
        await stage.IdleAsync();
        return stage;
    }

    private static async Task<bool> TurnAsync(DeliveryLoop loop)
    {
        var call = new LoopCall<bool>((running, answer) => answer.Complete(running.ColdReads.UnderWay > 0 || running.HasTurns || running.HasBacklog));
        loop.Post(call);
        var first = await Task.WhenAny(call.Answer, Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System));
        Assert.True(first == call.Answer, loop.Failure?.ToString() ?? "the loop does not answer");
        return await call.Answer;
    }

    private static void Encode(ArrayBufferWriter<byte> run, string body)
    {
        int colon = body.IndexOf(':', StringComparison.Ordinal);
        int bar = body.IndexOf('|', StringComparison.Ordinal);
        int life = body.IndexOf('~', StringComparison.Ordinal);
        var fields = new MessageFields
        {
            Body = Encoding.UTF8.GetBytes(body), Tag = colon < 0 ? null : body[..colon],
            OrderingKey = bar < 0 ? null : body[..bar],
            TimeToLiveMilliseconds = life < 0 ? 0 : long.Parse(body.AsSpan(life + 1), System.Globalization.CultureInfo.InvariantCulture),
        };
        Assert.True(MessageWriter.TryMeasure(fields, out int encoded, out _));
        var span = run.GetSpan(MessageWriter.SizeInRun(encoded));
        run.Advance(MessageWriter.Write(span, fields, encoded));
    }
}
