using System.Collections.Immutable;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.Routes;

namespace Forewave.Client.Producing;

/// <summary>
/// A producer's partitions, where there are several: which message goes to which. Keys go to the owner of their slot; all others by the
/// strategy, past partitions that do not answer. Thread-safe; the partitions are a snapshot that only grows.
/// </summary>
/// <param name="first">Where keys wait whose queue's slots are not known yet: the partition that was there before the others.</param>
/// <param name="options">The producer's.</param>
/// <param name="client">The client's name.</param>
/// <param name="share">What the partitions share.</param>
internal sealed class PartitionedSending(ProducerLane first, ProducerOptions options, ClientName client, ProducerShare share) : IBatchRouter
{
    private volatile Lanes _lanes = new([], new PartitionChoice(options, client, [default]));

    /// <inheritdoc/>
    public int Count => Math.Max(1, _lanes.All.Length);

    /// <summary>All partitions, by their numbers.</summary>
    public IEnumerable<ProducerLane> All => _lanes.All.Select(one => one.Lane);

    /// <summary>There is one more. One call at a time.</summary>
    public void Add(PartitionNumber partition, ProducerLane lane)
    {
        ImmutableArray<(PartitionNumber Partition, ProducerLane Lane)> all =
            [.. _lanes.All.Append((partition, lane)).OrderBy(one => one.Item1)];
        _lanes = new Lanes(all, new PartitionChoice(options, client, [.. all.Select(one => one.Partition)]));
    }

    /// <inheritdoc/>
    public bool TryAdd(QueueName queue, in MessageFields message, in CompletionEntry entry)
    {
        string? routed = string.IsNullOrEmpty(message.OrderingKey) ? message.DeduplicationId : message.OrderingKey;
        return string.IsNullOrEmpty(routed) ? TryAddAnywhere(queue, message, entry) : TryAddByKey(queue, message, entry, routed);
    }

    /// <inheritdoc/>
    public bool HasOther(ProducerBuffer than)
    {
        foreach ((_, ProducerLane lane) in _lanes.All)
        {
            if (lane.Buffer != than && lane.Buffer.IsHealthy)
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Elsewhere(ProducerBuffer from, List<Batch> batches)
    {
        long bytes = 0;
        foreach (Batch batch in batches)
        {
            bytes += batch.MessagesBytes;
            QueueName queue = batch.Queue.Name;
            (HealthyOther(from, queue) ?? from).Moves.Adopt(queue, batch);
        }

        from.Moves.Left(bytes);
    }

    /// <inheritdoc/>
    public void Map(QueueName queue, SlotMap map) => first.Buffer.Moves.Map(queue, map, partition => Find(partition)?.Buffer);

    /// <summary>Keys wait for the slots of queues: where their broker does not answer, another one is asked. Now and then.</summary>
    public void AskForSlots()
    {
        if (first.Buffer.IsHealthy)
        {
            return;
        }

        foreach (QueueName queue in first.Buffer.Moves.UnmappedQueues())
        {
            HealthyOther(first.Buffer, queue)?.Moves.Ask(queue);
        }
    }

    private bool TryAddByKey(QueueName queue, in MessageFields message, in CompletionEntry entry, string routed)
    {
        if (share.Maps.Find(queue) is null)
        {
            if (first.Buffer.TryAdd(queue, message, entry, Routed.Unmapped))
            {
                return true;
            }

            // Where they are known by now it was not for want of room.
            if (share.Maps.Find(queue) is null)
            {
                return false;
            }
        }

        ProducerLane lane = Find(share.Maps.Find(queue)!.OwnerOf(routed)) ?? first;
        return lane.Buffer.TryAdd(queue, message, entry, Routed.Yes);
    }

    private bool TryAddAnywhere(QueueName queue, in MessageFields message, in CompletionEntry entry)
    {
        Lanes lanes = _lanes;
        int start = lanes.Next(queue);
        bool isTakenSomewhere = false;
        for (int i = 0; i < lanes.All.Length; i++)
        {
            ProducerBuffer buffer = lanes.All[(start + i) % lanes.All.Length].Lane.Buffer;
            if (!buffer.IsHealthy || buffer.Moves.Holds(queue))
            {
                continue;
            }

            isTakenSomewhere = true;
            if (buffer.TryAdd(queue, message, entry, Routed.Yes))
            {
                return true;
            }
        }

        // Those that take the queue have no room now: they will, sooner than those that refuse it.
        return !isTakenSomewhere && TryAddWaiting(lanes, start, queue, message, entry);
    }

    // None answers, or those that do refuse the queue for now: the message waits with the one whose turn it is, or that has room.
    private bool TryAddWaiting(Lanes lanes, int start, QueueName queue, in MessageFields message, in CompletionEntry entry)
    {
        for (int i = 0; i < lanes.All.Length; i++)
        {
            ProducerBuffer buffer = lanes.All[(start + i) % lanes.All.Length].Lane.Buffer;
            if (buffer.IsHealthy && buffer.TryAdd(queue, message, entry, Routed.Yes))
            {
                return true;
            }
        }

        ProducerBuffer turn = lanes.All[start].Lane.Buffer;
        return !turn.IsHealthy && !HasOther(turn) && turn.TryAdd(queue, message, entry, Routed.Yes);
    }

    private ProducerBuffer? HealthyOther(ProducerBuffer than, QueueName queue)
    {
        Lanes lanes = _lanes;
        int start = lanes.Next(queue);
        ProducerBuffer? held = null;
        for (int i = 0; i < lanes.All.Length; i++)
        {
            ProducerBuffer buffer = lanes.All[(start + i) % lanes.All.Length].Lane.Buffer;
            if (buffer == than || !buffer.IsHealthy)
            {
                continue;
            }

            if (!buffer.Moves.Holds(queue))
            {
                return buffer;
            }

            held ??= buffer;
        }

        return held;
    }

    /// <summary>The lane of a partition; null: it is not known.</summary>
    public ProducerLane? Find(PartitionNumber partition)
    {
        ImmutableArray<(PartitionNumber Partition, ProducerLane Lane)> all = _lanes.All;
        for (int low = 0, high = all.Length - 1; low <= high;)
        {
            int middle = (low + high) / 2;
            int order = all[middle].Partition.CompareTo(partition);
            if (order == 0)
            {
                return all[middle].Lane;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    private sealed record Lanes(ImmutableArray<(PartitionNumber Partition, ProducerLane Lane)> All, PartitionChoice Choice)
    {
        public int Next(QueueName queue)
        {
            if (!Choice.NeedsResponseTimes)
            {
                return Choice.Next(queue);
            }

            Span<long> ticks = stackalloc long[All.Length];
            for (int i = 0; i < ticks.Length; i++)
            {
                ticks[i] = All[i].Lane.Buffer.ResponseTicks;
            }

            return Choice.Next(queue, ticks);
        }
    }
}
