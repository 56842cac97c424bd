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

    /// <summary>Redrives or purges what a filter takes of all that died before now. The operation is durable when this returns.</summary>
    /// <exception cref="ForewaveException"><c>DeadFilterInvalid</c>, <c>TooManyDeadOperations</c>, <c>GroupNotFound</c>.</exception>
    public async ValueTask<DeadOperation> BeginAsync(
        QueueName queue, GroupName group, DeadOperationTerms terms, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        V1.BeginDeadOperation begin = new()
        {
            Queue = queue.Value, Group = group.Value, Action = (V1.DeadAction)terms.Action, Filter = terms.Filter, Rate = terms.Rate,
            Reason = terms.Reason, ForGood = terms.ForGood,
        };
        return DeadOperationAnswers.ToOperation(
            (await _calls.AskAsync(new() { BeginDeadOperation = begin }, cancellation).ConfigureAwait(false)).DeadOperation);
    }

    /// <summary>Redrives or purges at once, in one step that happens or does not. Needs no capability but that of dead letters.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="group">The group.</param>
    /// <param name="terms">What is to be done and why; its filter and its rate are not looked at.</param>
    /// <param name="places">Which. Null: all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException"><c>DeadLetterNotFound</c>: one of the places has none, and nothing was done.</exception>
    public async ValueTask<DeadDone> DoAsync(
        QueueName queue, GroupName group, DeadOperationTerms terms, IReadOnlyList<long>? places = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (places is { Count: 0 })
        {
            return new DeadDone { Operation = 0, Messages = 0 };
        }

        V1.AdministrationRequest request = new();
        if (terms.Action == DeadAction.Redrive)
        {
            request.RedriveDead = new() { Queue = queue.Value, Group = group.Value, All = places is null, Reason = terms.Reason };
            request.RedriveDead.Places.AddRange((places ?? []).Select(place => (ulong)place));
        }
        else
        {
            request.PurgeDead = new() { Queue = queue.Value, Group = group.Value, All = places is null, Reason = terms.Reason, ForGood = terms.ForGood };
            request.PurgeDead.Places.AddRange((places ?? []).Select(place => (ulong)place));
        }

        return DeadOperationAnswers.ToDone((await _calls.AskAsync(request, cancellation).ConfigureAwait(false)).Changed);
    }

    /// <summary>How far an operation is. One round trip, and one more for each 10,000 records of the trail before it.</summary>
    /// <exception cref="ForewaveException"><c>DeadOperationNotFound</c>.</exception>
    public async ValueTask<DeadOperation> ShowAsync(
        QueueName queue, GroupName group, long number, CancellationToken cancellation = default)
    {
        V1.ShowDeadOperation show = new() { Queue = queue.Value, Group = group.Value, Number = (ulong)number, WithoutResults = true };
        while (true)
        {
            V1.DeadOperationResults answer =
                (await _calls.AskAsync(new() { ShowDeadOperation = show }, cancellation).ConfigureAwait(false)).DeadOperationResults;
            if (answer.Operation is not null)
            {
                return DeadOperationAnswers.ToOperation(answer.Operation);
            }

            if (answer.Next == 0)
            {
                throw new ForewaveException(ErrorCode.DeadOperationNotFound, $"The trail has no operation {number} of the group.");
            }

            show.From = answer.Next;
        }
    }

    /// <summary>Tells how far an operation is, five times a second, until it has ended. Who stops enumerating does not stop it.</summary>
    public async IAsyncEnumerable<DeadOperation> WatchAsync(
        QueueName queue, GroupName group, long number, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            DeadOperation operation = await ShowAsync(queue, group, number, cancellation).ConfigureAwait(false);
            yield return operation;
            if (operation.State != DeadOperationState.Running)
            {
                yield break;
            }

            await Task.Delay(WatchEvery, _calls.Time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>What has become of each message that an operation touched, in the order in which it did.</summary>
    /// <exception cref="ForewaveException"><c>DeadOperationNotFound</c>.</exception>
    public async IAsyncEnumerable<DeadResult> ResultsAsync(
        QueueName queue, GroupName group, long number, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        V1.ShowDeadOperation show = new() { Queue = queue.Value, Group = group.Value, Number = (ulong)number, Max = PageResults };
        do
        {
            V1.DeadOperationResults answer =
                (await _calls.AskAsync(new() { ShowDeadOperation = show }, cancellation).ConfigureAwait(false)).DeadOperationResults;
            foreach (V1.DeadResult result in answer.Results)
            {
                yield return DeadOperationAnswers.ToResult(result);
            }

            show.From = answer.Next;
        }
        while (show.From != 0);
    }

    /// <summary>Who did what to the dead letters of a queue's groups: what has ended, oldest first, then what is running.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="group">Of this group alone, which need not be there any more; null: of all.</param>
    /// <param name="cancellation">Ends it.</param>
    public async IAsyncEnumerable<DeadOperation> ListAsync(
        QueueName queue, GroupName? group = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        V1.ListDeadOperations page = new() { Queue = queue.Value, Group = group?.Value ?? "", Max = PageOperations };
        do
        {
            V1.DeadOperationList list =
                (await _calls.AskAsync(new() { ListDeadOperations = page }, cancellation).ConfigureAwait(false)).DeadOperations;
            foreach (V1.DeadOperation operation in list.Operations)
            {
                yield return DeadOperationAnswers.ToOperation(operation);
            }

            page.From = list.Next;
        }
        while (page.From != 0);
    }

    /// <summary>Stops a running operation; what it did stays done.</summary>
    /// <exception cref="ForewaveException"><c>DeadOperationNotFound</c>: it is not running.</exception>
    public async ValueTask<DeadOperation> CancelAsync(QueueName queue, GroupName group, long number, CancellationToken cancellation = default)
    {
        V1.CancelDeadOperation cancel = new() { Queue = queue.Value, Group = group.Value, Number = (ulong)number };
        return DeadOperationAnswers.ToOperation(
            (await _calls.AskAsync(new() { CancelDeadOperation = cancel }, cancellation).ConfigureAwait(false)).DeadOperation);
    }

    /// <summary>
    /// Takes back what is left of an operation: redriven messages that were handed out to nobody yet are dead letters again, and so are
    /// purged ones that are not gone (the broker keeps them for an hour, unless told otherwise). A running operation is cancelled.
    /// </summary>
    /// <exception cref="ForewaveException"><c>NothingToUndo</c>.</exception>
    public async ValueTask<DeadDone> UndoAsync(
        QueueName queue, GroupName group, long number, string reason = "", CancellationToken cancellation = default)
    {
        V1.UndoDeadOperation undo = new() { Queue = queue.Value, Group = group.Value, Number = (ulong)number, Reason = reason };
        return DeadOperationAnswers.ToDone((await _calls.AskAsync(new() { UndoDeadOperation = undo }, cancellation).ConfigureAwait(false)).Changed);
    }
}
