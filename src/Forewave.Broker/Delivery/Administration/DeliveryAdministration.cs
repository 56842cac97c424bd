using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Replays;
using Forewave.Broker.Queues;
using Forewave.Broker.Search;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>
/// Looks at queues and groups and changes them: each call goes to the loop that owns the queue and comes back when what it did
/// is committed. For any thread. Refusals are <see cref="ForewaveException"/>s. A call that was posted is not cancelled.
/// </summary>
internal sealed class DeliveryAdministration(DeliveryLoops loops)
{
    /// <summary>The catalogue made a queue.</summary>
    public void OpenQueue(QueueEntry queue) => loops.Of(queue.Id).Post(new LoopCall<bool>((loop, call) =>
    {
        loop.Queues.Get(queue.Id);
        return call.Complete(true);
    }));

    /// <summary>The catalogue deleted a queue: its groups end, its messages are freed.</summary>
    public Task CloseQueueAsync(QueueEntry queue) => Call<bool>(queue, (loop, call) =>
    {
        loop.Queues.Close(queue.Id);
        return call.Complete(true);
    });

    /// <summary>Looks at a queue.</summary>
    public Task<QueueDeliveryDetails> ShowQueueAsync(QueueEntry queue) => Call<QueueDeliveryDetails>(queue, (loop, call) =>
    {
        var state = loop.Queues.Known(queue.Id);
        return call.Complete(new QueueDeliveryDetails
        {
            FirstOffset = state.Lowest, NextOffset = state.End, Groups = state.GroupCount,
            Messages = Bands(state).Sum(static band => band.End - band.Lowest),
            Priorities = [.. Bands(state).OrderByDescending(static band => band.Band.Priority).Select(static band =>
                new PriorityCount(band.Band) { Index = band.Id, First = band.Lowest, Messages = Math.Max(0, band.End - band.Lowest) })],
            LastPublishTime = Bands(state).Max(static band => band.LastPublishTime),
        });
    });

    /// <summary>Where the messages of a queue are: the default band of priority first, then the others from the highest on.</summary>
    public Task<IReadOnlyList<BandDetails>> ShowBandsAsync(QueueEntry queue) => Call<IReadOnlyList<BandDetails>>(queue, (loop, call) =>
    {
        var bands = Bands(loop.Queues.Known(queue.Id));
        return call.Complete([.. bands.Select(static band => new BandDetails
        {
            Index = band.Id, Lowest = band.Lowest, End = band.End, LastPublishTime = band.LastPublishTime,
        })]);
    });

    /// <summary>Removes every message that is in a queue now; returns how many that were.</summary>
    public async Task<long> PurgeQueueAsync(QueueEntry queue)
    {
        var ends = new Dictionary<uint, long>();
        long messages = 0;
        await Call<bool>(queue, (loop, call) =>
        {
            foreach (var band in Bands(loop.Queues.Known(queue.Id)))
            {
                if (ends.ContainsKey(band.Id))
                    continue;
                long count = band.End - band.Lowest;
                if (!band.TryPurge())
                    return false;
                ends.Add(band.Id, band.End);
                messages += count;
            }
            return call.CompleteCommitted(loop, true);
        });
        foreach (var (index, end) in ends)
            await FreeAsync(queue, index, new Offset(end));
        return messages;
    }

    /// <summary>Retention passed everything before an offset: cursors move, what they miss is counted, the messages are freed.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="firstRetained">The first offset that is kept.</param>
    /// <param name="band">In which band of priority.</param>
    public async Task ExpireAsync(QueueEntry queue, Offset firstRetained, PriorityBand band = default)
    {
        await Call<bool>(queue, (loop, call) =>
        {
            // A queue that was deleted a moment ago has nothing left.
            var state = loop.Queues.Find(band.IndexOf(queue.Id));
            return state is null ? call.Complete(false) : state.TryExpire(firstRetained.Value) && call.CompleteCommitted(loop, true);
        });
        await FreeAsync(queue, band.IndexOf(queue.Id), firstRetained);
    }

    /// <summary>The groups of a queue, oldest first.</summary>
    public Task<IReadOnlyList<GroupDetails>> ListGroupsAsync(QueueEntry queue) => Call<IReadOnlyList<GroupDetails>>(queue, (loop, call) =>
        call.Complete(loop.Queues.Find(queue.Id)?.Groups.Select(DetailsOf).ToArray() ?? []));

    /// <summary>One group.</summary>
    public Task<GroupDetails> ShowGroupAsync(QueueEntry queue, GroupName name) => Call<GroupDetails>(queue, (loop, call) =>
        call.Complete(DetailsOf(Find(loop, queue, name))));

    /// <summary>Changes a group, or makes it where the change says so.</summary>
    public async Task<GroupDetails> SetGroupAsync(QueueEntry queue, GroupName name, GroupChange change)
    {
        var found = change.Create && change.Start.Kind == StartKind.Time
            ? await StartSearch.RunAsync(loops.Of(queue.Id).Store, queue.Id, new Timestamp(change.Start.Value))
            : null;
        return await Call<GroupDetails>(queue, (loop, call) =>
        {
            var state = loop.Queues.Known(queue.Id);
            var group = state.Find(name);
            if (group is null && !change.Create)
                throw new ForewaveException(ErrorCode.GroupNotFound);
            var options = Checked(change.ApplyTo(group?.State.Options ?? GroupOptions.Default));
            if (group is not null)
            {
                bool changed = group.Parts.All(part => part.TryAppendChange(isDeleted: false, options));
                return changed && call.CompleteCommitted(loop, DetailsOf(group));
            }
            if (state.GroupCount >= Limits.GroupsPerQueue)
                throw new ForewaveException(ErrorCode.TooManyGroups);
            group = state.Make(name, options, change.Start, found);
            return group is not null && call.CompleteCommitted(loop, DetailsOf(group));
        });
    }

    /// <summary>A parked ordering key of a group goes on.</summary>
    public Task ResumeKeyAsync(QueueEntry queue, GroupName name, KeyChoice choice) => Call<bool>(queue, (loop, call) =>
    {
        var group = Find(loop, queue, name);
        var parked = group.State.Cursor.Keys.FindParked(choice.Key) ?? throw new ForewaveException(ErrorCode.KeyNotParked);
        return group.TryResume(parked, choice.GiveUp) && call.CompleteCommitted(loop, true);
    });

    /// <summary>Deletes a group with its cursor and its dead letters; its consumers are told.</summary>
    public Task DeleteGroupAsync(QueueEntry queue, GroupName name) => Call<bool>(queue, (loop, call) =>
    {
        var group = Find(loop, queue, name);
        // The group itself last: until then it is there, and so are its parts.
        var parts = group.Parts.Where(part => part != group).Append(group);
        if (!parts.All(part => part.TryAppendChange(isDeleted: true, part.State.Options)))
            return false;
        group.Close(ErrorCode.GroupNotFound);
        loop.Log.GroupDeleted(group.State.Identity);
        return call.CompleteCommitted(loop, true);
    });

    /// <summary>The group with a name.</summary>
    /// <exception cref="ForewaveException">There is none.</exception>
    public static GroupDelivery Find(DeliveryLoop loop, QueueEntry queue, GroupName name) =>
        loop.Queues.Find(queue.Id)?.Find(name) ?? throw new ForewaveException(ErrorCode.GroupNotFound);

    private static GroupOptions Checked(GroupOptions options)
    {
        if (!options.Limit.IsValid)
            throw new ForewaveException(ErrorCode.FieldInvalid, "A rate is 0.001 to 1,000,000 messages a second, burst and leases are up to 1,000,000.");
        bool good = options.MaxAttempts is >= 1 and <= (int)GroupLimits.MaxAttempts
            && options.VisibilityTimeout >= TimeSpan.FromMilliseconds(1)
            && options.VisibilityTimeout <= Limits.MaxVisibilityTimeout
            && options.Retry.Delays.Count <= GroupLimits.RetryDelays;
        return good
            ? options
            : throw new ForewaveException(ErrorCode.FieldInvalid, "Attempts are 1 to 1,000, visibility timeouts up to 12 hours, delays up to 100.");
    }

    /// <summary>A group as it is now; on its loop.</summary>
    public static GroupDetails DetailsOf(GroupDelivery group)
    {
        var cursor = group.State.Cursor;
        var parts = group.Parts.ToArray();
        long made = parts.Sum(static part => part.Queue.End - part.ScanOffset);
        return new GroupDetails
        {
            Name = group.State.Identity.Name,
            Id = group.State.Identity.Id,
            Options = group.State.Options,
            ReadOffset = group.ScanOffset,
            Unread = made + group.Queue.Bands.Where(band => band.Find(group.State.Identity.Name) is null).Sum(static band => band.End - band.Lowest),
            Leased = parts.Sum(static part => (long)part.State.Cursor.Leased),
            Waiting = parts.Sum(static part => part.State.Cursor.Waiting + part.State.Cursor.Ready + part.State.Dead.RedriveCount),
            Held = cursor.Keys.Held,
            Parked = [.. cursor.Keys.Parked],
            Dead = parts.Sum(static part => part.State.Dead.Count),
            Consumers = group.Subscriptions.All.Count,
            Active = group.Subscriptions.Active is { } active ? (active.ConsumerName, active.ConsumerId) : null,
            Missed = parts.Sum(static part => part.State.Missed),
            IsDeadFull = group.Limit.HasFullDeadLetters,
            Expired = parts.Sum(static part => part.State.Expired),
            Replay = ReplayDetails.Of(parts.Select(static part => part.State.Replay)),
            IsPaused = group.Limit.IsReached,
        };
    }

    private static IEnumerable<QueueDelivery> Bands(QueueDelivery queue) => queue.Bands.Prepend(queue);

    private Task FreeAsync(QueueEntry queue, uint index, Offset firstRetained) => Call<bool>(queue, (loop, call) =>
    {
        // One offset beyond the end would take the whole index away.
        var end = loop.Store.Extent(index).End;
        loop.Store.Expire(index, firstRetained < end ? firstRetained : end);
        return call.Complete(true);
    });

    private Task<T> Call<T>(QueueEntry queue, Func<DeliveryLoop, LoopCall<T>, bool> body)
    {
        var call = new LoopCall<T>(body);
        loops.Of(queue.Id).Post(call);
        return call.Answer;
    }
}
