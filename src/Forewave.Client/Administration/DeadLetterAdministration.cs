using System.Runtime.CompilerServices;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Redrives and purges dead letters in the broker's background: such an operation goes on without its client and after a restart of
/// the broker, can be watched, cancelled and undone, and stays in the trail for 90 days. Thread-safe. Costs, errors and cancellation are
/// those of <see cref="BrokerAdministration"/>; a broker that has it switched off answers <c>CapabilityMissing</c>.
/// </summary>
public sealed class DeadLetterAdministration
{
    private const uint PageOperations = 100;
    private const uint PageResults = 1_000;
    private static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(200);
    private readonly AdministrationCalls _calls;

    internal DeadLetterAdministration(AdministrationCalls calls) => _calls = calls;

    /// <summary>
    /// Redrives or purges what a filter takes of all that died before now. The operation is durable when this returns; of several partitions it
    /// is begun at each that has the group.
    /// </summary>
    /// <exception cref="ForewaveException"><c>DeadFilterInvalid</c>, <c>TooManyDeadOperations</c>, <c>GroupNotFound</c>.</exception>
    public async ValueTask<DeadOperation> BeginAsync(
        QueueName queue, GroupName group, DeadOperationTerms terms, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        IReadOnlyList<PartitionTarget> targets = await _calls.TargetsAsync(cancellation).ConfigureAwait(false);
        V1.BeginDeadOperation begin = new()
        {
            Queue = queue.Value, Group = group.Value, Action = (V1.DeadAction)terms.Action, Filter = terms.Filter,
            Rate = AdministrationScope.Share(terms.Rate, targets.Count), Reason = terms.Reason, ForGood = terms.ForGood,
        };
        IReadOnlyList<PartitionAnswer> told =
            await _calls.ChangeAsync(targets, _ => new() { BeginDeadOperation = begin }, cancellation).ConfigureAwait(false);
        return DeadOperationAnswers.Join([.. told.Select(one => DeadOperationAnswers.ToOperation(one.Answer!.DeadOperation, one.Partition))]);
    }

    /// <summary>
    /// Redrives or purges at once, in one step that happens or does not; of several partitions, in one step at each. Needs no capability but
    /// that of dead letters.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="group">The group.</param>
    /// <param name="terms">What is to be done and why; its filter and its rate are not looked at.</param>
    /// <param name="places">Which. Null: all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException">
    /// <c>DeadLetterNotFound</c>: one of the places has none, and nothing was done at its partition; <c>PartitionNeeded</c>: there are several
    /// partitions, and a place names none.
    /// </exception>
    public async ValueTask<DeadDone> DoAsync(
        QueueName queue, GroupName group, DeadOperationTerms terms, IReadOnlyList<DeadPlace>? places = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (places is { Count: 0 })
        {
            return new DeadDone { Operation = null, Messages = 0 };
        }

        if (places is null)
        {
            IReadOnlyList<PartitionTarget> all = await _calls.TargetsAsync(cancellation).ConfigureAwait(false);
            V1.AdministrationRequest request = Request(queue, group, terms, []);
            return DeadOperationAnswers.ToDone(await _calls.ChangeAsync(all, _ => request, cancellation).ConfigureAwait(false));
        }

        Dictionary<PartitionTarget, List<DeadPlace>> each = [];
        foreach (IGrouping<PartitionNumber?, DeadPlace> some in places.GroupBy(place => place.Partition))
        {
            PartitionTarget target = await _calls.TargetAsync(some.Key, cancellation).ConfigureAwait(false);
            each[target] = [.. each.GetValueOrDefault(target, []), .. some];
        }

        return DeadOperationAnswers.ToDone(
            await _calls.ChangeAsync([.. each.Keys], target => Request(queue, group, terms, each[target]), cancellation).ConfigureAwait(false));
    }

    /// <summary>How far an operation is. One round trip, and one more for each 10,000 records of the trail before it; of several partitions at each, side by side.</summary>
    /// <exception cref="ForewaveException"><c>DeadOperationNotFound</c>.</exception>
    public async ValueTask<DeadOperation> ShowAsync(
        QueueName queue, GroupName group, DeadOperationId id, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return DeadOperationAnswers.Join(
            await Task.WhenAll(id.Parts.Select(part => ShowAsync(queue, group, part, cancellation))).ConfigureAwait(false));
    }

    /// <summary>Tells how far an operation is, five times a second, until it has ended. Who stops enumerating does not stop it.</summary>
    public async IAsyncEnumerable<DeadOperation> WatchAsync(
        QueueName queue, GroupName group, DeadOperationId id, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            DeadOperation operation = await ShowAsync(queue, group, id, cancellation).ConfigureAwait(false);
            yield return operation;
            if (operation.State != DeadOperationState.Running)
            {
                yield break;
            }

            await Task.Delay(WatchEvery, _calls.Time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>What has become of each message that an operation touched, in the order in which it did; of several partitions, one after the other.</summary>
    /// <exception cref="ForewaveException"><c>DeadOperationNotFound</c>.</exception>
    public async IAsyncEnumerable<DeadResult> ResultsAsync(
        QueueName queue, GroupName group, DeadOperationId id, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        foreach (NumberInPartition part in id.Parts)
        {
            PartitionTarget target = await _calls.TargetAsync(part.Partition, cancellation).ConfigureAwait(false);
            V1.ShowDeadOperation show = new() { Queue = queue.Value, Group = group.Value, Number = (ulong)part.Number, Max = PageResults };
            do
            {
                V1.DeadOperationResults answer =
                    (await _calls.AskAsync(new() { ShowDeadOperation = show }, target, cancellation).ConfigureAwait(false)).DeadOperationResults;
                foreach (V1.DeadResult result in answer.Results)
                {
                    yield return DeadOperationAnswers.ToResult(result, target.Partition);
                }

                show.From = answer.Next;
            }
            while (show.From != 0);
        }
    }

    /// <summary>
    /// Who did what to the dead letters of a queue's groups: what has ended, oldest first, then what is running. Of several partitions each part of
    /// an operation is an entry, merged by the same order.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="group">Of this group alone, which need not be there any more; null: of all.</param>
    /// <param name="cancellation">Ends it.</param>
    public async IAsyncEnumerable<DeadOperation> ListAsync(
        QueueName queue, GroupName? group = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        IReadOnlyList<PartitionTarget> targets = await _calls.TargetsAsync(cancellation).ConfigureAwait(false);
        await foreach (DeadOperation operation in PartitionStreams.MergeAsync(
            targets, target => ListAsync(target, queue, group, cancellation), ByEnd, cancellation).ConfigureAwait(false))
        {
            yield return operation;
        }
    }

    /// <summary>Stops a running operation; what it did stays done.</summary>
    /// <exception cref="ForewaveException"><c>DeadOperationNotFound</c>: it is not running, at any partition.</exception>
    public async ValueTask<DeadOperation> CancelAsync(QueueName queue, GroupName group, DeadOperationId id, CancellationToken cancellation = default)
    {
        Dictionary<PartitionTarget, NumberInPartition> parts = await TargetsAsync(id, cancellation).ConfigureAwait(false);
        IReadOnlyList<PartitionAnswer> told = await _calls.ChangeAsync(
            [.. parts.Keys],
            target => new() { CancelDeadOperation = new() { Queue = queue.Value, Group = group.Value, Number = (ulong)parts[target].Number } },
            cancellation).ConfigureAwait(false);
        return told.Count == parts.Count
            ? DeadOperationAnswers.Join([.. told.Select(one => DeadOperationAnswers.ToOperation(one.Answer!.DeadOperation, one.Partition))])
            : await ShowAsync(queue, group, id, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes back what is left of an operation: redriven messages that were handed out to nobody yet are dead letters again, and so are
    /// purged ones that are not gone (the broker keeps them for an hour, unless told otherwise). A running operation is cancelled.
    /// </summary>
    /// <exception cref="ForewaveException"><c>NothingToUndo</c>, at any partition.</exception>
    public async ValueTask<DeadDone> UndoAsync(
        QueueName queue, GroupName group, DeadOperationId id, string reason = "", CancellationToken cancellation = default)
    {
        Dictionary<PartitionTarget, NumberInPartition> parts = await TargetsAsync(id, cancellation).ConfigureAwait(false);
        return DeadOperationAnswers.ToDone(await _calls.ChangeAsync(
            [.. parts.Keys],
            target => new() { UndoDeadOperation = new() { Queue = queue.Value, Group = group.Value, Number = (ulong)parts[target].Number, Reason = reason } },
            cancellation).ConfigureAwait(false));
    }

    private static V1.AdministrationRequest Request(QueueName queue, GroupName group, DeadOperationTerms terms, IEnumerable<DeadPlace> places)
    {
        List<ulong> some = [.. places.Select(place => (ulong)place.Number)];
        if (terms.Action == DeadAction.Redrive)
        {
            V1.RedriveDead redrive = new() { Queue = queue.Value, Group = group.Value, All = some.Count == 0, Reason = terms.Reason };
            redrive.Places.AddRange(some);
            return new V1.AdministrationRequest { RedriveDead = redrive };
        }

        V1.PurgeDead purge = new() { Queue = queue.Value, Group = group.Value, All = some.Count == 0, Reason = terms.Reason, ForGood = terms.ForGood };
        purge.Places.AddRange(some);
        return new V1.AdministrationRequest { PurgeDead = purge };
    }

    // What is running is last.
    private static int ByEnd(DeadOperation one, DeadOperation other)
    {
        int order = (one.Ended ?? DateTimeOffset.MaxValue).CompareTo(other.Ended ?? DateTimeOffset.MaxValue);
        return order != 0 ? order : one.Begun.CompareTo(other.Begun);
    }

    private async ValueTask<Dictionary<PartitionTarget, NumberInPartition>> TargetsAsync(DeadOperationId id, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(id);
        Dictionary<PartitionTarget, NumberInPartition> targets = [];
        foreach (NumberInPartition part in id.Parts)
        {
            targets.Add(await _calls.TargetAsync(part.Partition, cancellation).ConfigureAwait(false), part);
        }

        return targets;
    }

    private async Task<DeadOperation> ShowAsync(QueueName queue, GroupName group, NumberInPartition part, CancellationToken cancellation)
    {
        PartitionTarget target = await _calls.TargetAsync(part.Partition, cancellation).ConfigureAwait(false);
        V1.ShowDeadOperation show = new() { Queue = queue.Value, Group = group.Value, Number = (ulong)part.Number, WithoutResults = true };
        while (true)
        {
            V1.DeadOperationResults answer =
                (await _calls.AskAsync(new() { ShowDeadOperation = show }, target, cancellation).ConfigureAwait(false)).DeadOperationResults;
            if (answer.Operation is not null)
            {
                return DeadOperationAnswers.ToOperation(answer.Operation, target.Partition);
            }

            if (answer.Next == 0)
            {
                throw new ForewaveException(ErrorCode.DeadOperationNotFound, $"The trail has no operation {part} of the group.");
            }

            show.From = answer.Next;
        }
    }

    private async IAsyncEnumerable<DeadOperation> ListAsync(
        PartitionTarget target, QueueName queue, GroupName? group, [EnumeratorCancellation] CancellationToken cancellation)
    {
        V1.ListDeadOperations page = new() { Queue = queue.Value, Group = group?.Value ?? "", Max = PageOperations };
        do
        {
            V1.DeadOperationList list =
                (await _calls.AskAsync(new() { ListDeadOperations = page }, target, cancellation).ConfigureAwait(false)).DeadOperations;
            foreach (V1.DeadOperation operation in list.Operations)
            {
                yield return DeadOperationAnswers.ToOperation(operation, target.Partition);
            }

            page.From = list.Next;
        }
        while (page.From != 0);
    }
}
