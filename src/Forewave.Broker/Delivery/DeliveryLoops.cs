using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Outcomes;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Queues;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery;

/// <summary>
/// Delivery as a whole: N loops, each owner of the queues whose number falls to it. Life: recovery (<see cref="Load"/>,
/// <see cref="Apply"/> on one thread), <see cref="Start"/>, then everything from any thread, <see cref="StopAsync"/>.
/// </summary>
internal sealed class DeliveryLoops : IDisposable
{
    private readonly DeliveryLoop[] _loops;
    private readonly DeliveryMetrics _metrics;
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<CommittedRecord>[] _byLoop;

    /// <summary>Makes the loops; they sleep until they are started.</summary>
    public DeliveryLoops(DeliverySetting setting)
    {
        _metrics = new DeliveryMetrics(setting.Meters, setting.CursorMemory);
        _loops = new DeliveryLoop[Math.Max(1, setting.Loops)];
        _byLoop = new List<CommittedRecord>[_loops.Length];
        for (int i = 0; i < _loops.Length; i++)
        {
            _loops[i] = new DeliveryLoop(i, setting, _metrics, failure => _failed.TrySetResult(failure));
            _byLoop[i] = [];
        }
        Administration = new DeliveryAdministration(this);
        DeadLetters = new DeadLetterAdministration(this);
        Operating = new DeadOperating(this);
        Trail = new DeadTrailReading(this);
        Outcomes = new OutcomeAdministration(this);
        Rewinding = new GroupRewinding(this);
        Replaying = new GroupReplaying(this);
        Watching = new GroupWatching(this);
        Census = new GroupCensus(this);
    }

    /// <summary>The loops.</summary>
    public IReadOnlyList<DeliveryLoop> All => _loops;

    /// <summary>Until when messages are handed out. Any thread.</summary>
    public void HandOutUntil(long timestamp) => Array.ForEach(_loops, loop => loop.HandOutUntil(timestamp));

    /// <summary>How many loops.</summary>
    public int Count => _loops.Length;

    /// <summary>Queues and groups: looking at them and changing them.</summary>
    public DeliveryAdministration Administration { get; }

    /// <summary>Dead letters: looking at them.</summary>
    public DeadLetterAdministration DeadLetters { get; }

    /// <summary>Dead letters: redriving and purging them, and taking that back.</summary>
    public DeadOperating Operating { get; }

    /// <summary>Who did what to dead letters.</summary>
    public DeadTrailReading Trail { get; }

    /// <summary>What became of messages.</summary>
    public OutcomeAdministration Outcomes { get; }

    /// <summary>Groups that read again.</summary>
    public GroupRewinding Rewinding { get; }

    /// <summary>Ranges that come to groups once more.</summary>
    public GroupReplaying Replaying { get; }

    /// <summary>Close looks at groups.</summary>
    public GroupWatching Watching { get; }

    /// <summary>Counts what groups have.</summary>
    public GroupCensus Census { get; }

    /// <summary>Completes with the failure when a loop ended by a bug: the partition has to stop.</summary>
    public Task<Exception> Failed => _failed.Task;

    /// <summary>The highest number of a group or an index of dead letters that recovery saw; 0 where there was none.</summary>
    public uint HighestId { get; private set; }

    /// <summary>The loop that owns a queue.</summary>
    public DeliveryLoop Of(uint queueId) => _loops[PriorityBand.QueueOf(queueId) % (uint)_loops.Length];

    /// <summary>Takes a part of a checkpoint (<see cref="StateKind.Queue"/> or <see cref="StateKind.Group"/>).</summary>
    public void Load(in StatePart part, ReadOnlySpan<byte> state)
    {
        if (part.Kind == StateKind.Queue)
        {
            var owner = Of(part.Id);
            owner.Queues.Load(QueueDelivery.Read(owner, part, state));
            return;
        }
        var group = GroupState.Read(part, state);
        var loop = Of(group.Identity.QueueId);
        var queue = loop.Queues.Get(group.Identity.QueueId);
        queue.Add(new GroupDelivery(loop, queue, group));
        Saw(group.Identity);
    }

    /// <summary>Takes a record of the log; those that are not delivery's are passed over.</summary>
    public void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        var header = record.Header;
        switch (header.Type)
        {
            case RecordType.Published or RecordType.Released:
                Of(header.Queue).Queues.Get(header.Queue).Dispatch(record);
                break;
            case RecordType.Traced:
                Of(header.Queue).Queues.Get(PriorityBand.QueueOf(header.Queue)).DispatchTraced(record);
                break;
            case RecordType.Purged:
                Of(header.Queue).Queues.Get(header.Queue).Purged(header);
                break;
            case RecordType.GroupChanged:
                Changed(header, GroupChangedRecord.Read(payload));
                break;
            case RecordType.DeadLettered:
                ApplyToGroup(Of((uint)header.Extra), header, payload)?.DispatchDead(record);
                break;
            case RecordType.DeadOperated:
                ApplyToGroup(Of(header.Queue), header, payload);
                Of(header.Queue).Queues.Get(PriorityBand.QueueOf(header.Queue)).DispatchTrail(record);
                break;
            case RecordType.Leased or RecordType.Settled or RecordType.Extended or RecordType.Redriven or RecordType.DeadPurged
                or RecordType.CursorMoved or RecordType.Expired or RecordType.KeysNoted or RecordType.Parked or RecordType.Resumed
                or RecordType.GroupReset or RecordType.GroupReplay or RecordType.DeadTakenBack:
                ApplyToGroup(Of(header.Queue), header, payload);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Recovery is over and the store is open: queues that are not in the catalogue any more are freed, those to which nothing
    /// happened yet are made, everything up to <paramref name="committed"/> counts as dispatched, deadlines run, deliveries begin.
    /// </summary>
    public void Start(IReadOnlyCollection<QueueEntry> queues, LogPosition committed)
    {
        var known = queues.Select(queue => queue.Id).ToHashSet();
        foreach (uint id in known)
            Of(id).Queues.Get(id);
        foreach (var loop in _loops)
        {
            foreach (var queue in loop.Queues.All.ToArray())
            {
                if (known.Contains(PriorityBand.QueueOf(queue.Id)))
                    queue.Begin();
                else
                    loop.Queues.Close(queue.Id);
            }
            loop.Start(committed);
        }
    }

    /// <summary>A group of records was committed: for the store's commit thread.</summary>
    public void GroupCommitted(ReadOnlySpan<CommittedRecord> records, LogPosition through)
    {
        foreach (ref readonly var record in records)
        {
            if (record.Header.Type is not (RecordType.Published or RecordType.DeadLettered or RecordType.Released or RecordType.Traced
                or RecordType.DeadOperated))
                continue;
            uint queue = record.Header.Type == RecordType.DeadLettered ? (uint)record.Header.Extra : record.Header.Queue;
            _byLoop[PriorityBand.QueueOf(queue) % (uint)_loops.Length].Add(record);
        }
        for (int i = 0; i < _loops.Length; i++)
        {
            _loops[i].Committed(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_byLoop[i]), through);
            _byLoop[i].Clear();
        }
    }

    /// <summary>Writes the parts of a checkpoint: each loop some at a time, in its turns.</summary>
    public async ValueTask WriteAsync(IStateWriter writer, CancellationToken cancellation)
    {
        foreach (var loop in _loops)
            await new CheckpointParts(loop, writer).WriteAsync(cancellation);
    }

    /// <summary>From now on every command is refused with an error; completes when all loops have heard so.</summary>
    public Task StopAsync(ErrorCode code) => Task.WhenAll(_loops.Select(loop =>
    {
        var call = new LoopCall<bool>((stopping, answer) =>
        {
            stopping.RefuseAll(code);
            return answer.Complete(true);
        });
        loop.Post(call);
        return loop.Failure is null ? call.Answer : Task.CompletedTask;
    }));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var loop in _loops)
            loop.Dispose();
        _metrics.Dispose();
    }

    private void Changed(in RecordHeader header, GroupChangedRecord record)
    {
        Saw(record.Identity);
        var loop = Of(header.Queue);
        var group = loop.Queues.FindGroup(header.Source);
        if (group is not null && header.Position <= group.State.Tail)
            return;
        if (record.IsDeleted)
        {
            group?.Close(ErrorCode.GroupNotFound);
        }
        else if (group is not null)
        {
            group.State.Options = record.Options;
        }
        else
        {
            var queue = loop.Queues.Get(header.Queue);
            queue.Add(new GroupDelivery(loop, queue, new GroupState(record.Identity, record.Options, (long)header.Sequence)));
        }
    }

    /// <summary>Returns the group, or null where it is not known (any more).</summary>
    private static GroupDelivery? ApplyToGroup(DeliveryLoop loop, in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        var group = loop.Queues.FindGroup(header.Source);
        if (group is not null && header.Position > group.State.Tail)
            group.State.Apply(header.Type, header.Sequence, payload);
        return group;
    }

    private void Saw(GroupIdentity identity) => HighestId = Math.Max(HighestId, Math.Max(identity.Id, identity.DeadIndex));
}
