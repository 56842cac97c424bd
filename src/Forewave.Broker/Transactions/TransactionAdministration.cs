using Forewave.Broker.Scheduling;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>Looking at open transactions and ending them by hand. Any thread; each call takes the transactions' turn.</summary>
internal sealed class TransactionAdministration(TransactionStage stage, IStore store)
{
    private const long BytesAtATime = 4 * 1024 * 1024;
    private const int MostLooked = 100_000;

    /// <summary>Open transactions in the order in which they were begun.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="after">Those after this one.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<TransactionPage> ListAsync(TransactionFilter filter, LogPosition after, int most, CancellationToken cancellation) => stage.InTurnAsync(
        _ =>
        {
            List<TransactionEntry> found = [.. stage.Open.After(after).Take(MostLooked).Where(filter.Takes).Take(most + 1).Select(EntryOf)];
            bool more = found.Count > most;
            return ValueTask.FromResult(new TransactionPage(more ? found[..most] : found, more, stage.Open.Count));
        },
        cancellation);

    /// <summary>An open transaction and some of its messages.</summary>
    /// <param name="id">Which.</param>
    /// <param name="from">Number of the first message that is wanted, from 1.</param>
    /// <param name="most">At most so many, and 4 MiB of them, but one at least.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="RefusedException">TransactionNotFound, TransactionDecided.</exception>
    public ValueTask<TransactionDetails> ShowAsync(LogPosition id, uint from, int most, CancellationToken cancellation) =>
        stage.InTurnAsync(token => ShowInTurnAsync(id, from, most, token), cancellation);

    /// <summary>Numbers of the queues that a transaction has messages for; null: it is not open.</summary>
    public ValueTask<uint[]?> QueuesAsync(LogPosition id, CancellationToken cancellation) =>
        stage.InTurnAsync(_ => ValueTask.FromResult(stage.Open.Find(id)?.Queues.ToArray()), cancellation);

    /// <summary>Whether an open transaction has messages for a queue.</summary>
    public ValueTask<bool> IsNamedAsync(uint queue, CancellationToken cancellation) =>
        stage.InTurnAsync(_ => ValueTask.FromResult(stage.Open.IsNamed(queue)), cancellation);

    /// <summary>Ends a transaction; returns how many messages it had, when that is on stable storage.</summary>
    /// <exception cref="RefusedException">TransactionNotFound, TransactionDecided, LogDamaged, and what the store refuses.</exception>
    public async Task<int> DecideAsync(LogPosition id, TransactionDecision decision, CancellationToken cancellation)
    {
        var wait = new DecisionWait();
        await stage.DecideAsync(new DecisionChoice { Transaction = id, Decision = decision }, wait, cancellation);
        return await wait.Task;
    }

    private async ValueTask<TransactionDetails> ShowInTurnAsync(LogPosition id, uint from, int most, CancellationToken cancellation)
    {
        var transaction = stage.OpenOf(id, null);
        await stage.UntilPlacedAsync(transaction);
        List<(PendingPlace Place, uint Queue, uint Number)> wanted = [];
        foreach (var run in transaction.Runs)
        {
            for (int i = 0; i < run.Count && wanted.Count < most; i++)
            {
                if (run.First + (uint)i >= from)
                    wanted.Add((new PendingPlace(run.Lane.Reading, run.Place + i), run.Queue, run.First + (uint)i));
            }
        }
        using var reading = new DueReading(store);
        var read = wanted.Count == 0 ? [] : await reading.ReadAsync([.. wanted.Select(one => one.Place)], BytesAtATime, cancellation);
        return new TransactionDetails(EntryOf(transaction), [.. read.Select((message, i) => MessageOf(wanted[i].Number, message, wanted[i].Queue))]);
    }

    private static PreparedMessage MessageOf(uint number, in DueMessage read, uint queue)
    {
        var run = new MessageRun(read.Bytes.Span);
        return new PreparedMessage(number, read.Id, queue, run.MoveNext() ? run.Current.ToArray() : []);
    }

    private static TransactionEntry EntryOf(Transaction transaction) => new()
    {
        Id = transaction.Id, ProducerName = transaction.ProducerName, Begun = transaction.Begun, Messages = transaction.Messages, Bytes = transaction.Bytes,
        Checks = transaction.Checks, IsWaiting = transaction.IsWaiting, Queues = [.. transaction.Queues],
    };
}
