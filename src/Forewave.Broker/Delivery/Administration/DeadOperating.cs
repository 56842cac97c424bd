using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>
/// Redrives and purges dead letters, at once or as operations that go on in the background, and takes that back. For any thread. What is
/// changed is committed when a call comes back, together with what the trail says of it; refusals are
/// <see cref="ForewaveException"/>s and change nothing.
/// </summary>
internal sealed class DeadOperating(DeliveryLoops loops)
{
    /// <summary>Places that one append names at most, as ranges, of all bands of priority together.</summary>
    private const int MostRanges = 50_000;

    /// <summary>Bytes of an append for each of them, about twice: they stand in the change and in the trail.</summary>
    private const int BytesPerRange = 64;

    /// <summary>Called when an operation begins that somebody has to carry on with <see cref="StepAsync"/>. Any thread.</summary>
    public Action? Begun { get; set; }

    /// <summary>Redrives or purges at once.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="terms">What is to be done, in which group.</param>
    /// <param name="places">Which dead letters, all of which are there; null: all that are.</param>
    public async Task<DeadDone> DoAsync(QueueEntry queue, DeadOperationTerms terms, IReadOnlyList<long>? places)
    {
        var done = new DeadDone();
        long before;
        do
        {
            before = done.Messages;
            var next = await Call<DeadDone>(queue, (loop, call) =>
            {
                var group = DeliveryAdministration.Find(loop, queue, new GroupName(terms.Group));
                var operation = new DeadOperation { Number = group.State.Operations.Next, Terms = terms with { Begun = loop.Now } };
                var unit = new DeadUnit(group, operation);
                foreach (var (part, chosen) in places is null ? AllOf(group) : Named(group, places))
                    unit.Add(part, chosen);
                bool isNothing = unit.Messages == 0;
                return (isNothing || unit.TryDo()) && call.CompleteCommitted(loop, new DeadDone(isNothing ? 0 : operation.Number, unit.Messages));
            });
            done = new DeadDone(next.Operation > 0 ? next.Operation : done.Operation, done.Messages + next.Messages);
        }
        while (places is null && done.Messages - before > 0);
        return done;
    }

    /// <summary>Begins an operation that goes on until it is done or cancelled; it is durable when this returns.</summary>
    /// <exception cref="ForewaveException"><c>TooManyDeadOperations</c>.</exception>
    public async Task<DeadOperation> BeginAsync(QueueEntry queue, DeadOperationTerms terms)
    {
        var begun = await Call<DeadOperation>(queue, (loop, call) =>
        {
            var group = DeliveryAdministration.Find(loop, queue, new GroupName(terms.Group));
            var operations = group.State.Operations;
            if (operations.Running.Count >= Limits.DeadOperationsPerGroup)
                throw new ForewaveException(ErrorCode.TooManyDeadOperations, $"The group has {operations.Running.Count} operations running.");
            var operation = new DeadOperation { Number = operations.Next, Terms = terms with { Begun = loop.Now } };
            return new DeadUnit(group, operation).TryBegin() && call.CompleteCommitted(loop, operation);
        });
        Begun?.Invoke();
        return begun;
    }

    /// <summary>Does the next page of a running operation.</summary>
    /// <returns>How many dead letters it touched; null: it is done, or does not run any more.</returns>
    public async Task<long?> StepAsync(QueueEntry queue, RunningDeadOperation running, int most)
    {
        var operation = running.Operation;
        if (!DeadFilter.TryParse(operation.Terms.Filter, out var filter, out _))
        {
            // A newer broker took it.
            await CancelAsync(queue, running.Group, operation.Number);
            return null;
        }
        var selection = new DeadSelection { Filter = filter, After = operation.After, DiedBy = operation.Terms.Begun, Max = most };
        var selected = await loops.DeadLetters.SelectAsync(queue, running.Group, selection);
        return await Call<long?>(queue, (loop, call) =>
        {
            var group = DeliveryAdministration.Find(loop, queue, running.Group);
            if (group.State.Operations.Find(operation.Number) is not { } now || now.After != operation.After || now.Terms != operation.Terms)
                return call.Complete(null);
            var unit = new DeadUnit(group, now) { WasRunning = true, Scanned = selected.Scanned, After = selected.Next > 0 ? selected.Next : null };
            foreach (var (part, places) in Named(group, [.. selected.Letters.Select(letter => letter.Place).Where(place => Has(group, place))]))
                unit.Add(part, places);
            return unit.TryDo() && call.CompleteCommitted(loop, unit.After is null ? null : unit.Messages);
        });
    }

    /// <summary>Stops a running operation; returns how far it came.</summary>
    /// <exception cref="ForewaveException"><c>DeadOperationNotFound</c>.</exception>
    public Task<DeadOperation> CancelAsync(QueueEntry queue, GroupName name, ulong number) => Call<DeadOperation>(queue, (loop, call) =>
    {
        var group = DeliveryAdministration.Find(loop, queue, name);
        var operation = group.State.Operations.Find(number)
            ?? throw new ForewaveException(ErrorCode.DeadOperationNotFound, $"Operation {number} of the group is not running.");
        bool done = new DeadUnit(group, operation) { WasRunning = true, IsCancelled = true }.TryDo();
        return done && call.CompleteCommitted(loop, operation with { State = DeadOperationState.Cancelled, Ended = loop.Now });
    });

    /// <summary>
    /// Takes back what is left of an operation: redriven messages that were handed out to nobody yet, purged ones that are not gone. A
    /// running operation is cancelled first, also where it has done nothing yet.
    /// </summary>
    /// <exception cref="ForewaveException"><c>NothingToUndo</c>.</exception>
    public async Task<DeadDone> UndoAsync(QueueEntry queue, DeadOperationTerms terms)
    {
        var done = new DeadDone();
        bool wasRunning = false;
        long before;
        do
        {
            before = done.Messages;
            var next = await Call<DeadDone>(queue, (loop, call) =>
            {
                var group = DeliveryAdministration.Find(loop, queue, new GroupName(terms.Group));
                if (group.State.Operations.Find(terms.Of) is { } running)
                {
                    if (!new DeadUnit(group, running) { WasRunning = true, IsCancelled = true }.TryDo())
                        return false;
                    wasRunning = true;
                }
                var undo = new DeadOperation { Number = group.State.Operations.Next, Terms = terms with { Begun = loop.Now } };
                var unit = new DeadUnit(group, undo);
                foreach (var (part, places) in SomeOf(group, part => part.State.Dead.TakeableBack(terms.Of).Ranges))
                    unit.Add(part, places);
                bool isNothing = unit.Messages == 0;
                return (isNothing || unit.TryDo()) && call.CompleteCommitted(loop, new DeadDone(isNothing ? 0 : undo.Number, unit.Messages));
            });
            done = new DeadDone(next.Operation > 0 ? next.Operation : done.Operation, done.Messages + next.Messages);
        }
        while (done.Messages - before > 0);
        return done.Messages > 0 || wasRunning ? done : throw new ForewaveException(
            ErrorCode.NothingToUndo, $"Nothing of operation {terms.Of} can be taken back: it is not known, what it redrove was handed out, or what it purged is gone.");
    }

    /// <summary>All operations that are running, of all queues or of one.</summary>
    public async Task<IReadOnlyList<RunningDeadOperation>> RunningAsync(QueueEntry? queue = null)
    {
        var all = new List<RunningDeadOperation>();
        foreach (var loop in queue is null ? loops.All : [loops.Of(queue.Id)])
        {
            var call = new LoopCall<List<RunningDeadOperation>>((owner, answer) => answer.CompleteCommitted(owner, owner.Queues.Groups
                .Where(group => group.State.Operations.Running.Count > 0 && (queue is null || group.Queue.Id == queue.Id))
                .SelectMany(group => group.State.Operations.Running.Select(operation =>
                    new RunningDeadOperation(group.Queue.Id, group.State.Identity.Name, operation))).ToList()));
            loop.Post(call);
            all.AddRange(await call.Answer);
        }
        return all;
    }

    private static IEnumerable<(GroupDelivery Part, Places Places)> AllOf(GroupDelivery group) => SomeOf(group, part => part.State.Dead.From(1));

    /// <summary>As many places of all bands as fit into one append: the lowest.</summary>
    private static IEnumerable<(GroupDelivery Part, Places Places)> SomeOf(GroupDelivery group, Func<GroupDelivery, IEnumerable<PlaceRange>> ranges)
    {
        int room = Math.Min(MostRanges, group.Loop.Store.MaxAppendBytes / BytesPerRange);
        foreach (var part in group.Parts)
        {
            var places = Places.Of(ranges(part).Take(room));
            room -= places.Ranges.Count;
            yield return (part, places);
        }
    }

    /// <summary>The named places in each band of priority.</summary>
    private static IEnumerable<(GroupDelivery Part, Places Places)> Named(GroupDelivery group, IReadOnlyList<long> places)
    {
        foreach (long place in places)
        {
            if (!Has(group, place))
                throw new ForewaveException(ErrorCode.DeadLetterNotFound, $"There is no dead letter at place {place}.");
        }
        return places.GroupBy(PriorityBand.OfOffset).Select(band => (
            group.PartIn(band.Key)!, Places.Of(band.Select(place => PlaceRange.One(PriorityBand.InBand(place))))));
    }

    private static bool Has(GroupDelivery group, long place) =>
        group.PartIn(PriorityBand.OfOffset(place))?.State.Dead.Has(PriorityBand.InBand(place)) == true;

    private Task<T> Call<T>(QueueEntry queue, Func<DeliveryLoop, LoopCall<T>, bool> body)
    {
        var call = new LoopCall<T>(body);
        loops.Of(queue.Id).Post(call);
        return call.Answer;
    }
}
