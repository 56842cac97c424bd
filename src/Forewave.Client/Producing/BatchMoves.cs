using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Client.Producing;

/// <summary>
/// What goes from one partition's buffer to another's. Thread-safe by the buffer's lock; where two are held, that of the partition at which
/// keys wait for their slots is the first.
/// </summary>
internal sealed class BatchMoves(ProducerBuffer buffer, BufferState state, QueueMaps maps, Room room)
{
    /// <summary>There may be queues that wait because they were refused. Any thread.</summary>
    public required Func<bool> MayHold { get; init; }

    /// <summary>
    /// The broker has refused a queue, which waits: a new message would wait behind it, and may go to another partition instead. Takes the lock
    /// only where some queue waits; what is said may be over the next moment.
    /// </summary>
    public bool Holds(QueueName queue)
    {
        if (!MayHold())
        {
            return false;
        }

        lock (state.Gate)
        {
            return state.Queues.TryGetValue(queue, out QueueBuffer? held) && held.IsHeld;
        }
    }

    /// <summary>Takes over a batch that may go to any partition and was not stored elsewhere; it goes first.</summary>
    public void Adopt(QueueName queue, Batch batch)
    {
        Wakeup wakeup;
        lock (state.Gate)
        {
            state.Bytes += batch.MessagesBytes;
            QueueBuffer gathers = state.BufferOf(queue);
            batch.MoveTo(gathers);
            gathers.PutBack(batch);
            wakeup = state.Offer(gathers);
        }

        buffer.Wake(wakeup, isHere: false);
    }

    /// <summary>Batches that went elsewhere are no more counted here: after they are counted there, so that they are at no moment nowhere.</summary>
    public void Left(long bytes)
    {
        lock (state.Gate)
        {
            state.Bytes -= bytes;
        }

        room.Open();
    }

    /// <summary>
    /// The slots of a queue are known: what waited here for that goes to its partitions, before anybody publishes to them by the map.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="map">Its slots.</param>
    /// <param name="bufferOf">The buffer of a partition; null: it is not known yet, and the message stays here.</param>
    public void Map(QueueName queue, SlotMap map, Func<PartitionNumber, ProducerBuffer?> bufferOf)
    {
        List<(ProducerBuffer Buffer, Wakeup Wakeup)> wakeups = [];
        lock (state.Gate)
        {
            if (maps.Find(queue) is null && state.Queues.TryGetValue(queue, out QueueBuffer? gathers))
            {
                foreach (Batch batch in gathers.TakeAll(static batch => !batch.IsUnrouted))
                {
                    new BatchSplit(batch).Give(owner => (owner is { } key ? bufferOf(map.OwnerOf(key)) : null) ?? buffer, wakeups);
                    state.Bytes -= batch.MessagesBytes;
                }
            }

            maps.Set(queue, map);
        }

        wakeups.ForEach(one => one.Buffer.Wake(one.Wakeup, isHere: false));
        room.Open();
    }

    /// <summary>Takes over one message of another partition's batch; <see cref="ProducerBuffer.Wake"/> afterwards.</summary>
    public Wakeup Take(Batch from, in MovedMessage message, ReadOnlySpan<byte> inRun)
    {
        lock (state.Gate)
        {
            state.Bytes += inRun.Length;
            QueueBuffer gathers = state.BufferOf(from.Queue.Name);
            Batch batch = gathers.BatchFor(inRun.Length, message.Priority);
            batch.Begun = Math.Min(batch.Begun, from.Begun);
            batch.Add(inRun, (message.HasKey, message.HasId), message.Entry);
            return state.Offer(gathers);
        }
    }

    /// <summary>Queues with messages that wait for their slots.</summary>
    public List<QueueName> UnmappedQueues()
    {
        lock (state.Gate)
        {
            return [.. state.Queues.Values.Where(queue => queue is { Handle: 0, IsEmpty: false } && maps.Find(queue.Name) is null).Select(queue => queue.Name)];
        }
    }

    /// <summary>Asks for a queue's handle, and so for its slots, though there may be nothing to send.</summary>
    public void Ask(QueueName queue)
    {
        Wakeup wakeup = default;
        lock (state.Gate)
        {
            QueueBuffer gathers = state.BufferOf(queue);
            if (state.Live is { } connection && gathers is { Handle: 0, IsOpening: false, RefusedUntil: 0 })
            {
                gathers.IsOpening = true;
                wakeup = new Wakeup(connection, gathers);
            }
        }

        buffer.Wake(wakeup, isHere: false);
    }

    /// <summary>Takes out what may go elsewhere: what was never sent, and of what was sent a copy, where the program wants that. Under the lock.</summary>
    /// <param name="isWanted">Of which batches.</param>
    /// <param name="copies">Also what was sent and has no answer.</param>
    public List<Batch> TakeUnrouted(Func<Batch, bool> isWanted, bool copies)
    {
        List<Batch> leaving = [.. state.Queues.Values.SelectMany(queue => queue.TakeAll(batch => batch.IsUnrouted && isWanted(batch)))];
        if (!copies)
        {
            return leaving;
        }

        foreach (Batch? batch in state.Unanswered.SelectMany(frame => frame.Batches))
        {
            if (batch is { IsUnrouted: true, IsAbandoned: false } && isWanted(batch))
            {
                Batch copy = batch.Copy();
                copy.MoveTo(batch.Queue);
                batch.IsAbandoned = true;
                state.Bytes += copy.MessagesBytes;
                leaving.Add(copy);
            }
        }

        return leaving;
    }
}
