using System.Collections.Concurrent;
using System.Collections.Immutable;
using Forewave.Client.Connections;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Protocol.Routes;
using Forewave.Protocol.V1;
using SlotMap = Forewave.Protocol.Routes.SlotMap;

namespace Forewave.Client.Transactions;

/// <summary>A producer's ways to all partitions for transactions. Thread-safe.</summary>
internal sealed class TransactionLanes(ProducerOptions options, ForewaveClientOptions client)
{
    // For so long at least slots are taken for right.
    private static readonly TimeSpan SlotsHold = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<QueueName, (SlotMap Map, long ReadAt)> _slots = new();
    private ImmutableArray<TransactionLane> _all = [];
    private uint _turn;

    /// <summary>There is one more partition. One call at a time.</summary>
    public void Add(BrokerLink link)
    {
        TransactionLane lane = new(link, options, client);
        _all = _all.Add(lane);
        lane.Join();
    }

    /// <summary>Ends all.</summary>
    public async ValueTask LeaveAsync()
    {
        foreach (TransactionLane lane in _all)
        {
            await lane.LeaveAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Begins a transaction. Costs a round trip, no sync.</summary>
    /// <exception cref="ForewaveException"><c>TooManyTransactions</c>, <c>CapabilityMissing</c>, <c>NotOwner</c>: there is no such partition, or it did not answer within the delivery deadline; <c>Timeout</c>.</exception>
    public async ValueTask<Transaction> BeginAsync(TransactionOptions wanted, CancellationToken cancellation)
    {
        TransactionLane lane = await LaneOfAsync(wanted, cancellation).ConfigureAwait(false);
        PartitionNumber partition = default;
        ServerFrame answer = await lane.AskAsync(
            (at, _) =>
            {
                at.Connection.Capabilities.Require(CapabilityNames.Transactions);
                partition = at.Partition;
                return ValueTask.FromResult(new ClientFrame { BeginTransaction = new BeginTransaction { Producer = at.Producer } });
            },
            cancellation).ConfigureAwait(false);
        return new Transaction(lane, new TransactionId(partition, LogPosition.FromBits(answer.TransactionBegun.Transaction)), client.TimeProvider, DoubtSlots);
    }

    /// <summary>
    /// A message was of another partition than its transaction: keys may have moved. Slots are asked for again, at most once a minute: each time
    /// costs a handle of the connection.
    /// </summary>
    private void DoubtSlots()
    {
        foreach (KeyValuePair<QueueName, (SlotMap Map, long ReadAt)> known in _slots)
        {
            if (client.TimeProvider.GetElapsedTime(known.Value.ReadAt) >= SlotsHold)
            {
                _slots.TryRemove(known);
            }
        }
    }

    private async ValueTask<TransactionLane> LaneOfAsync(TransactionOptions wanted, CancellationToken cancellation)
    {
        ImmutableArray<TransactionLane> all = _all;
        PartitionNumber? partition = wanted.Partition;
        if (partition is null && wanted.OrderingKey is { } key && all.Length > 1)
        {
            QueueName queue = wanted.Queue ?? throw new ForewaveException(ErrorCode.FieldInvalid, "An ordering key needs its queue.");
            partition = await OwnerAsync(Next(all), queue, key, cancellation).ConfigureAwait(false);
        }

        return partition is { } one ? await LaneOfAsync(one, cancellation).ConfigureAwait(false) : Next(all);
    }

    // Whoever is not connected, at the start or at a change of master, may be the one: for as long as a message may take, it is waited for.
    private async ValueTask<TransactionLane> LaneOfAsync(PartitionNumber partition, CancellationToken cancellation)
    {
        long begun = client.TimeProvider.GetTimestamp();
        while (true)
        {
            ImmutableArray<TransactionLane> all = _all;
            if (all.FirstOrDefault(lane => lane.Partition == partition) is { } known)
            {
                return known;
            }

            Task[] away = [.. all.Where(lane => lane.Partition is null).Select(lane => lane.Introduction).Where(introduction => !introduction.IsFaulted)];
            TimeSpan left = options.DeliveryDeadline - client.TimeProvider.GetElapsedTime(begun);
            if (away.Length == 0 || left <= TimeSpan.Zero)
            {
                throw new ForewaveException(ErrorCode.NotOwner, $"Partition {partition} is not there, or does not answer.");
            }

            Task any = Task.WhenAny(away);
            await any.WaitAsync(left, client.TimeProvider, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private async ValueTask<PartitionNumber> OwnerAsync(TransactionLane any, QueueName queue, string key, CancellationToken cancellation)
    {
        if (_slots.TryGetValue(queue, out (SlotMap Map, long ReadAt) known))
        {
            return known.Map.OwnerOf(key);
        }

        Introduced? asked = null;
        ServerFrame answer = await any.AskAsync(
            (at, _) =>
            {
                asked = at;
                return ValueTask.FromResult(new ClientFrame { OpenQueue = new OpenQueue { Queue = queue.Value, Create = options.CreateQueues, Slots = true } });
            },
            cancellation).ConfigureAwait(false);
        // What is published there goes by this handle.
        asked!.Queues.TryAdd(queue, answer.QueueOpened.Queue);
        if (!RouteFrames.TryRead(answer.QueueOpened.Slots, out SlotMap? map))
        {
            throw new ForewaveException(ErrorCode.FrameBroken, "The broker did not tell the slots of the queue.");
        }

        _slots[queue] = (map, client.TimeProvider.GetTimestamp());
        return map.OwnerOf(key);
    }

    // Those that answer in turns; where none does, the one whose turn it is.
    private TransactionLane Next(ImmutableArray<TransactionLane> all)
    {
        uint turn = Interlocked.Increment(ref _turn);
        for (uint i = 0; i < all.Length; i++)
        {
            TransactionLane lane = all[(int)((turn + i) % (uint)all.Length)];
            if (lane.IsHealthy)
            {
                return lane;
            }
        }

        return all[(int)(turn % (uint)all.Length)];
    }
}
