using Forewave.Client.Producing.Sequenced;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Outbox.Relaying;

/// <summary>
/// Gives rows their partitions and sequences: a key to the owner of its slot, everything else to the partitions in turn that answer. Rows of one
/// queue and priority stand together, in the order of their ids. Its relay's loop alone.
/// </summary>
internal sealed class Planning(SequencedProducer producer, OutboxRelayOptions options, Dictionary<PartitionNumber, LaneState> lanes)
{
    private readonly Dictionary<QueueName, SlotMap?> _slots = [];
    private readonly Dictionary<PartitionNumber, LaneState> _absent = [];
    private int _turn;

    /// <summary>Queues that could not be opened, and that rows wait for.</summary>
    public HashSet<QueueName> Parked { get; } = [];

    /// <summary>The slots of a queue have changed.</summary>
    public void Forget(QueueName queue) => _slots.Remove(queue);

    /// <summary>The partition's producer is another from now on; the caller writes that down.</summary>
    public LaneState Renew(PartitionNumber partition)
    {
        LaneState before = lanes[partition];
        Close(before);
        return Add(new LaneState(partition, ProducerId.New()) { IsStored = before.IsStored });
    }

    /// <summary>Makes the ways to partitions that the database knows; those that the cluster has not are left until it has.</summary>
    /// <param name="known">What the database has.</param>
    /// <param name="claimed">Partitions for which rows are claimed.</param>
    /// <param name="cancellation">Ends the wait for the first connection.</param>
    /// <exception cref="ForewaveException"><c>NotOwner</c>: rows are claimed for a partition that the cluster has not.</exception>
    public async ValueTask OpenAsync(IEnumerable<LaneState> known, IReadOnlySet<PartitionNumber> claimed, CancellationToken cancellation)
    {
        HashSet<PartitionNumber> there = [.. await producer.PartitionsAsync(cancellation).ConfigureAwait(false)];
        foreach (LaneState lane in known)
        {
            if (there.Contains(lane.Partition))
            {
                Add(lane);
                continue;
            }

            if (claimed.Contains(lane.Partition))
            {
                throw new ForewaveException(ErrorCode.NotOwner, $"Rows are claimed for partition {lane.Partition}, which the cluster has not.");
            }

            _absent.Add(lane.Partition, lane);
        }
    }

    /// <summary>Ends the ways to all partitions.</summary>
    public void Close()
    {
        foreach (LaneState lane in lanes.Values)
        {
            Close(lane);
        }

        lanes.Clear();
    }

    /// <summary>Plans rows; gives sequences out, which count once they are in the database.</summary>
    /// <exception cref="ForewaveException">No partition answers, or none can say the slots of a queue for now.</exception>
    public async ValueTask<Plan> PlanAsync(IReadOnlyList<ClaimedRow> rows, CancellationToken cancellation)
    {
        IReadOnlyList<LaneState> answering = await AnsweringAsync(cancellation).ConfigureAwait(false);
        Dictionary<QueueName, ForewaveException> closed = [];
        foreach (QueueName queue in rows.Select(row => row.Queue).Distinct())
        {
            if (!Parked.Contains(queue) && !_slots.ContainsKey(queue) && await OpenAsync(queue, answering[0], cancellation).ConfigureAwait(false) is { } refused)
            {
                closed.Add(queue, refused);
                Parked.Add(queue);
            }
        }

        long now = options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        List<RowChange> changes = [];
        List<ClaimedRow> kept = [];
        foreach (ClaimedRow row in rows)
        {
            if (Parked.Contains(row.Queue))
            {
                changes.Add(new RowChange(row, OutboxRowState.Parked, closed.GetValueOrDefault(row.Queue)?.Code ?? ErrorCode.None, row.IsAlone, row.RefusedSequence));
            }
            else if (row.ExpiresAt < now)
            {
                changes.Add(new RowChange(row, OutboxRowState.SetAside, ErrorCode.ExpiryTimeInvalid, row.IsAlone, row.RefusedSequence));
            }
            else
            {
                row.Partition = PartitionOf(row, answering);
                kept.Add(row);
            }
        }

        return new Plan(Sequenced(kept), changes, closed);
    }

    /// <summary>Whether a queue that rows wait for can be opened by now.</summary>
    public async ValueTask<bool> CanOpenAsync(QueueName queue, CancellationToken cancellation)
    {
        IReadOnlyList<LaneState> answering = await AnsweringAsync(cancellation).ConfigureAwait(false);
        return await OpenAsync(queue, answering[0], cancellation).ConfigureAwait(false) is null;
    }

    private List<ClaimedRow> Sequenced(List<ClaimedRow> rows)
    {
        List<ClaimedRow> ordered = [.. rows.OrderBy(row => row.Partition).ThenBy(row => row.Queue.Value, StringComparer.Ordinal).ThenBy(row => row.Priority)];
        foreach (ClaimedRow row in ordered)
        {
            row.Sequence = lanes[row.Partition].NextSequence++;
        }

        return ordered;
    }

    private PartitionNumber PartitionOf(ClaimedRow row, IReadOnlyList<LaneState> answering)
    {
        if (row.Routing is { } key && _slots.GetValueOrDefault(row.Queue) is { } slots && lanes.ContainsKey(slots.OwnerOf(key)))
        {
            return slots.OwnerOf(key);
        }

        return answering[row.Routing is null ? (int)((uint)_turn++ % (uint)answering.Count) : 0].Partition;
    }

    // Null: it is open.
    private async ValueTask<ForewaveException?> OpenAsync(QueueName queue, LaneState at, CancellationToken cancellation)
    {
        SequencedSession session = await at.Lane!.SessionAsync(cancellation).ConfigureAwait(false);
        try
        {
            // Rows of the queue may be under way on this session: what is open stays so.
            _slots[queue] = await session.SlotsAsync(queue, options.CreateQueues, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (ForewaveException refused) when (refused.Retry == RetryAdvice.Never && !session.IsOver)
        {
            return refused;
        }
    }

    private async ValueTask<IReadOnlyList<LaneState>> AnsweringAsync(CancellationToken cancellation)
    {
        foreach (PartitionNumber partition in await producer.PartitionsAsync(cancellation).ConfigureAwait(false))
        {
            if (!lanes.ContainsKey(partition))
            {
                Add(_absent.Remove(partition, out LaneState? known) ? known : new LaneState(partition, ProducerId.New()));
            }
        }

        Task<SequencedSession>[] sessions = [.. lanes.Values.Select(lane => lane.Lane!.SessionAsync(cancellation))];
        await (await Task.WhenAny(sessions).ConfigureAwait(false)).ConfigureAwait(false);
        return [.. lanes.Values.Where((_, place) => sessions[place].IsCompletedSuccessfully).OrderBy(lane => lane.Partition)];
    }

    private LaneState Add(LaneState lane)
    {
        lane.Lane = producer.Open(lane.Partition, lane.Producer);
        lanes[lane.Partition] = lane;
        return lane;
    }

    private void Close(LaneState lane) => producer.Close(lane.Lane!);
}
