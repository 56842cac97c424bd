using System.Collections.Immutable;
using Forewave.Client.Connections;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Protocol.Routes;
using Forewave.Protocol.V1;

namespace Forewave.Client.Transactions;

/// <summary>A producer's ways to all partitions for transactions. Thread-safe.</summary>
internal sealed class TransactionLanes(ProducerOptions options, ForewaveClientOptions client)
{
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
    /// <exception cref="ForewaveException"><c>TooManyTransactions</c>, <c>CapabilityMissing</c>, <c>NotOwner</c>: there is no such partition; <c>Timeout</c>.</exception>
    public async ValueTask<Transaction> BeginAsync(TransactionOptions wanted, CancellationToken cancellation)
    {
        TransactionLane lane = await LaneOfAsync(wanted, cancellation).ConfigureAwait(false);
        PartitionNumber partition = default;
        ServerFrame answer = await lane.AskAsync(
            (at, _) =>
            {
                partition = at.Partition;
                return ValueTask.FromResult(new ClientFrame { BeginTransaction = new BeginTransaction { Producer = at.Producer } });
            },
            cancellation).ConfigureAwait(false);
        return new Transaction(lane, new TransactionId(partition, LogPosition.FromBits(answer.TransactionBegun.Transaction)), client.TimeProvider);
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

        return partition is { } one
            ? all.FirstOrDefault(lane => lane.Partition == one) ?? throw new ForewaveException(ErrorCode.NotOwner, $"Partition {one} is not there, or does not answer.")
            : Next(all);
    }

    private static async Task<PartitionNumber> OwnerAsync(TransactionLane any, QueueName queue, string key, CancellationToken cancellation)
    {
        ServerFrame answer = await any.AskAsync(
            (_, _) => ValueTask.FromResult(new ClientFrame { OpenQueue = new OpenQueue { Queue = queue.Value, Create = true, Slots = true } }), cancellation).ConfigureAwait(false);
        return RouteFrames.TryRead(answer.QueueOpened.Slots, out Protocol.Routes.SlotMap? map)
            ? map.OwnerOf(key)
            : throw new ForewaveException(ErrorCode.FrameBroken, "The broker did not tell the slots of the queue.");
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
