using Forewave.Broker.Delivery;
using Forewave.Broker.Delivery.Outcomes;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Messages;

/// <summary>
/// Finds a message by its id wherever it is: in its queue, in a lane, carried over, withdrawn. Any thread. Costs a few reads of the
/// store, never a scan; an id that was never given costs none.
/// </summary>
internal sealed class MessageLookup(IStore store, QueueCatalogue queues, DeliveryLoops delivery, Scheduler scheduling)
{
    /// <summary>The message; what was committed before the call is seen.</summary>
    /// <exception cref="RefusedException">NotOwner, MessageNotFound, LogDamaged.</exception>
    /// <exception cref="StoreException">The store cannot read.</exception>
    public async Task<FoundMessage> FindAsync(MessageId id, CancellationToken cancellation)
    {
        if (id.Partition != store.Partition)
            throw new RefusedException(ErrorCode.NotOwner, $"the message is of partition {id.Partition.Value}, this is {store.Partition.Value}.");
        if (id.Position > store.Tail)
            throw new RefusedException(ErrorCode.MessageNotFound);
        if (id.Position > store.Committed)
            await store.CommittedAsync().WaitAsync(cancellation);
        return await TryFindAsync(id.Position, cancellation)
            ?? await FindAgainAsync(id.Position, cancellation)
            ?? throw new RefusedException(ErrorCode.MessageNotFound, "the message has passed its retention, was purged, or never was.");
    }

    /// <summary>What is on its way from the log to its queue is there the second time.</summary>
    private async Task<FoundMessage?> FindAgainAsync(LogPosition id, CancellationToken cancellation)
    {
        var through = store.Tail;
        await store.CommittedAsync().WaitAsync(cancellation);
        await delivery.Outcomes.DispatchedAsync(through).WaitAsync(cancellation);
        return await TryFindAsync(id, cancellation) ?? await TryFindWithdrawnAsync(id, cancellation);
    }

    private async Task<FoundMessage?> TryFindAsync(LogPosition id, CancellationToken cancellation)
    {
        using var runs = await store.ReadMessageAsync(id, cancellation);
        if (runs is not null && runs[0].Damaged)
            throw new RefusedException(ErrorCode.LogDamaged, $"the bytes of message {id} are not what was written.");
        if (runs is not null && runs[0].Header.Type != RecordType.Scheduled)
            return QueueOf(runs[0].Header.Queue) is { } queue && runs[0].First != Offset.BeforeFirst ? InQueue(id, queue, runs[0]) : null;
        if (scheduling.Pending.Count == 0)
            return null;
        return await scheduling.Administration.FindAsync(id, cancellation) is { } found && queues.Find(found.Queue) is { } of
            ? Waiting(of, found.Entry) : null;
    }

    /// <summary>It was scheduled, and is neither pending nor in its queue: somebody withdrew it.</summary>
    private async Task<FoundMessage?> TryFindWithdrawnAsync(LogPosition id, CancellationToken cancellation)
    {
        using var runs = await store.ReadMessageAsync(id, cancellation);
        if (runs is null || runs[0].Header.Type != RecordType.Scheduled)
            return null;
        var run = runs[0];
        var stamp = DueStamp.Read(run.Header);
        if (queues.Find(stamp.Queue) is not { } queue || stamp.Due.Plus(queue.Options.Retention).CompareTo(scheduling.Now) < 0)
            return null;
        return new FoundMessage
        {
            Id = id, Queue = queue, Where = MessageWhere.Cancelled, PublishTime = run.Header.Time, Producer = run.Header.Source,
            Message = MessageOf(run), Due = stamp.Due,
        };
    }

    private QueueEntry? QueueOf(uint index) => queues.Find(PriorityBand.QueueOf(index));

    private static FoundMessage InQueue(LogPosition id, QueueEntry queue, in StoredRun run)
    {
        var header = run.Header;
        bool released = header.Type == RecordType.Released;
        var message = MessageOf(run);
        byte[] tag = MessageReader.TryRead(message, out var view, out _) ? view.Tag.ToArray() : [];
        return new FoundMessage
        {
            Id = id,
            Queue = queue,
            Where = MessageWhere.Queued,
            PublishTime = released ? new Timestamp(ReleasedFlags.PublishTimeOf(header)) : header.Time,
            Producer = header.Source,
            Message = message,
            Released = released ? header.Time : null,
            Indexed = new IndexedMessage(header.Queue, run.First.Value) { Tag = tag },
        };
    }

    private static FoundMessage Waiting(QueueEntry queue, ScheduledEntry entry) => new()
    {
        Id = entry.Id, Queue = queue, Where = MessageWhere.Scheduled, PublishTime = entry.PublishTime, Producer = entry.Producer,
        Message = entry.Message, Due = entry.Due,
    };

    private static byte[] MessageOf(in StoredRun run)
    {
        var walk = new MessageRun(run.Messages.Span);
        return walk.MoveNext() ? walk.Current.ToArray() : [];
    }
}
