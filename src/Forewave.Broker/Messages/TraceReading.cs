using Forewave.Broker.Delivery;
using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Outcomes;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Messages;

/// <summary>
/// Puts together what is known of what happened to a message: from the message itself, from the failed attempts that groups and
/// dead letters remember, and where its queue is traced, from the trace. Any thread. A look at the trace is bounded and says how far
/// it came.
/// </summary>
internal sealed class TraceReading(IStore store, DeliveryLoops delivery, MessageLookup lookup)
{
    /// <summary>Records of a trace that one call looks at.</summary>
    public const int RecordsPerCall = 10_000;

    private const int ReadBytes = 256 * 1024;

    /// <summary>What happened.</summary>
    /// <param name="id">The message.</param>
    /// <param name="after">Where an earlier call came to in the queue's trace; 0: from the message's beginning, with all else that is known.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RefusedException">What <see cref="MessageLookup.FindAsync"/> refuses.</exception>
    public async Task<MessageTrace> ReadAsync(MessageId id, long after, CancellationToken cancellation)
    {
        var found = await lookup.FindAsync(id, cancellation);
        if (found.Indexed is not { } indexed)
            return new MessageTrace(found, BeginningOf(found)) { IsTraced = found.Queue.Options.Trace, More = 0 };
        var names = await delivery.Outcomes.NamesAsync(found.Queue).WaitAsync(cancellation);
        var traced = new TracedEvents(indexed, names);
        if (found.Queue.Options.Trace)
            await UntilDispatchedAsync(cancellation);
        long more = await ReadTraceAsync(found, after, traced, cancellation);
        List<TraceEvent> remembered = after == 0 ? await RememberedAsync(found, indexed, cancellation) : [];
        List<TraceEvent> beginning = after == 0 ? BeginningOf(found) : [];
        return new MessageTrace(found, [.. beginning, .. WithoutRepeats(traced.Events, remembered)]) { IsTraced = found.Queue.Options.Trace, More = more };
    }

    /// <summary>What was done before the call is in the trace: a lease and an expiry wait for nobody's commit.</summary>
    private async Task UntilDispatchedAsync(CancellationToken cancellation)
    {
        var through = store.Tail;
        await store.CommittedAsync().WaitAsync(cancellation);
        await delivery.Outcomes.DispatchedAsync(through).WaitAsync(cancellation);
    }

    private async Task<long> ReadTraceAsync(FoundMessage found, long after, TracedEvents events, CancellationToken cancellation)
    {
        uint index = TraceIndex.Of(found.Queue.Id);
        long end = store.Extent(index).End.Value;
        if (end <= 1)
            return 0;
        long next = after > 0 ? after + 1 : (await store.FindByTimeAsync(index, found.Released ?? found.PublishTime, cancellation)).Value;
        long last = Math.Min(end, next + RecordsPerCall);
        while (next < last)
        {
            using var runs = await store.ReadAsync(index, new Offset(next), ReadBytes, cancellation);
            if (runs.Count == 0)
                break;
            for (int i = 0; i < runs.Count; i++)
            {
                next = runs[i].First.Value + runs[i].Count;
                if (!runs[i].Damaged)
                    events.Add(runs[i]);
            }
        }
        return next < end ? next - 1 : 0;
    }

    private static List<TraceEvent> BeginningOf(FoundMessage found)
    {
        List<TraceEvent> events = [new TraceEvent { Time = found.PublishTime, Kind = TraceEventKind.Stored, Until = found.Due }];
        if (found.Released is { } released)
            events.Add(new TraceEvent { Time = released, Kind = TraceEventKind.Released });
        return events;
    }

    /// <summary>What groups and dead letters remember.</summary>
    private async Task<List<TraceEvent>> RememberedAsync(FoundMessage found, IndexedMessage indexed, CancellationToken cancellation)
    {
        List<TraceEvent> events = [];
        foreach (var group in await delivery.Outcomes.ShowAsync(found.Queue, indexed).WaitAsync(cancellation))
        {
            events.AddRange(FailuresOf(group.Group.Value, group.History));
            if (group.State == MessageState.Leased)
                events.Add(Of(group, TraceEventKind.Delivered, group.Since) with { Consumer = group.Consumer, Until = new Timestamp(group.Until) });
            else if (group.State == MessageState.Parked)
                events.Add(Of(group, TraceEventKind.Parked, group.Since) with { Reason = group.Reason });
            else if (group.State == MessageState.Dead && group.DeadPlace > 0)
                events.AddRange(await DeathAsync(found, group, cancellation));
        }
        return events;
    }

    private async Task<List<TraceEvent>> DeathAsync(FoundMessage found, GroupMessage group, CancellationToken cancellation)
    {
        var letter = (await delivery.DeadLetters.ShowAsync(found.Queue, group.Group, group.DeadPlace).WaitAsync(cancellation)).Letter;
        var death = new TraceEvent
        {
            Time = new Timestamp(letter.DeathTime), Kind = TraceEventKind.Dead, Group = group.Group.Value, Reason = letter.Reason,
            Attempt = letter.History.Count == 0 ? 0 : letter.History[^1].Attempt,
        };
        return [.. FailuresOf(group.Group.Value, letter.History), death];
    }

    private static IEnumerable<TraceEvent> FailuresOf(string group, IReadOnlyList<FailedAttempt> history) => history.Select(attempt => new TraceEvent
    {
        Time = new Timestamp(attempt.Time), Kind = TraceEventKind.Failed, Group = group, Attempt = attempt.Attempt,
        Consumer = attempt.Consumer, Reason = attempt.Reason,
    });

    private static TraceEvent Of(GroupMessage group, TraceEventKind kind, long time) =>
        new() { Time = new Timestamp(time), Kind = kind, Group = group.Group.Value, Attempt = group.Attempt };

    /// <summary>
    /// The trace and the group's memory tell the same failure: the trace comes first and counts. A memory tells each failure once, and the
    /// same attempt again where the message was redriven.
    /// </summary>
    private static IEnumerable<TraceEvent> WithoutRepeats(List<TraceEvent> traced, List<TraceEvent> remembered)
    {
        HashSet<(string, TraceEventKind, uint)> known = [];
        var kept = traced.Where(one => one.Attempt == 0 || !Repeats(one.Kind) || known.Add((one.Group, one.Kind, one.Attempt))).ToList();
        kept.AddRange(remembered.Where(one => one.Attempt == 0 || !Repeats(one.Kind) || !known.Contains((one.Group, one.Kind, one.Attempt))));
        return kept.OrderBy(one => one.Time.UnixMilliseconds);
    }

    private static bool Repeats(TraceEventKind kind) => kind is TraceEventKind.Failed or TraceEventKind.Delivered or TraceEventKind.Dead;
}
