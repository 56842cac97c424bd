using System.Runtime.CompilerServices;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Transactions that are not decided: looking at them, and ending those whose producers cannot say what became of them. Thread-safe; a call,
/// and each page of a list, costs one round trip. Looking needs the right to look at the transaction's queues (a list: at all queues), deciding
/// that to manage them. Errors are those that <see cref="BrokerAdministration"/> tells of; also <c>TransactionNotFound</c> and <c>TransactionDecided</c>.
/// </summary>
public sealed class TransactionAdministration
{
    private const int PageMessages = 100;

    private readonly AdministrationCalls _calls;

    internal TransactionAdministration(AdministrationCalls calls) => _calls = calls;

    /// <summary>
    /// The open transactions in the order in which they were begun, of all partitions; ends with <c>PartitionsUnanswered</c> where some did not answer.
    /// </summary>
    /// <param name="onlyWaiting">Those alone that wait for somebody to decide.</param>
    /// <param name="producer">Those alone of producers with this name.</param>
    /// <param name="cancellation">Ends the listing.</param>
    public async IAsyncEnumerable<OpenTransaction> ListAsync(
        bool onlyWaiting = false, ProducerName? producer = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        IReadOnlyList<PartitionTarget> targets = await _calls.TargetsAsync(cancellation).ConfigureAwait(false);
        V1.ListTransactions wanted = new() { OnlyWaiting = onlyWaiting, Producer = producer?.Value ?? "" };
        await foreach (OpenTransaction transaction in PartitionStreams.MergeAsync(
            targets, target => ListAsync(target, wanted.Clone(), cancellation), static (one, other) => one.Begun.CompareTo(other.Begun), cancellation).ConfigureAwait(false))
        {
            yield return transaction;
        }
    }

    /// <summary>An open transaction.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<OpenTransaction> ShowAsync(TransactionId id, CancellationToken cancellation = default) =>
        ToTransaction((await PageAsync(id, 1, cancellation).ConfigureAwait(false)).Transaction);

    /// <summary>The messages of an open transaction, in order. It ends without an error where somebody decides meanwhile.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellation">Ends the listing.</param>
    public async IAsyncEnumerable<PreparedMessage> ListMessagesAsync(TransactionId id, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        uint next = 1;
        while (true)
        {
            V1.TransactionDetails page = await PageAsync(id, next, cancellation).ConfigureAwait(false);
            foreach (V1.PreparedMessage message in page.Messages)
            {
                next = message.Number + 1;
                yield return ToMessage(message);
            }

            if (page.Messages.Count == 0 || next > page.Transaction.Messages)
            {
                yield break;
            }
        }
    }

    /// <summary>Commits a transaction; returns how many messages it had. Durable when it completes. May be called again.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellation">Ends the wait, not the change.</param>
    public ValueTask<long> CommitAsync(TransactionId id, CancellationToken cancellation = default) => DecideAsync(id, commit: true, cancellation);

    /// <summary>Rolls a transaction back; returns how many messages it had. Durable when it completes. May be called again.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellation">Ends the wait, not the change.</param>
    public ValueTask<long> RollBackAsync(TransactionId id, CancellationToken cancellation = default) => DecideAsync(id, commit: false, cancellation);

    private async IAsyncEnumerable<OpenTransaction> ListAsync(
        PartitionTarget target, V1.ListTransactions page, [EnumeratorCancellation] CancellationToken cancellation)
    {
        V1.TransactionList list;
        do
        {
            list = (await _calls.AskAsync(new() { ListTransactions = page }, target, cancellation).ConfigureAwait(false)).Transactions;
            foreach (V1.TransactionEntry entry in list.Transactions)
            {
                page.After = entry.Transaction;
                yield return ToTransaction(entry);
            }
        }
        while (list.More);
    }

    private async ValueTask<long> DecideAsync(TransactionId id, bool commit, CancellationToken cancellation)
    {
        PartitionTarget target = await _calls.TargetAsync(id.Partition, cancellation).ConfigureAwait(false);
        V1.AdministrationRequest request = new() { DecideTransaction = new() { TransactionId = id.ToString(), Commit = commit } };
        return (long)(await _calls.AskAsync(request, target, cancellation).ConfigureAwait(false)).Changed.Messages;
    }

    private async ValueTask<V1.TransactionDetails> PageAsync(TransactionId id, uint from, CancellationToken cancellation)
    {
        PartitionTarget target = await _calls.TargetAsync(id.Partition, cancellation).ConfigureAwait(false);
        V1.AdministrationRequest request = new() { ShowTransaction = new() { TransactionId = id.ToString(), From = from, Max = PageMessages } };
        return (await _calls.AskAsync(request, target, cancellation).ConfigureAwait(false)).Transaction;
    }

    private static OpenTransaction ToTransaction(V1.TransactionEntry entry) => new()
    {
        Id = TransactionId.TryParse(entry.TransactionId, out TransactionId id) ? id : throw new ForewaveException(ErrorCode.FrameBroken, "The broker's answer has no transaction id."),
        Producer = entry.Producer,
        Begun = DateTimeOffset.FromUnixTimeMilliseconds((long)entry.BegunTime),
        Messages = (int)entry.Messages,
        Bytes = (long)entry.Bytes,
        Checks = (int)entry.Checks,
        IsWaiting = entry.Waiting,
        Queues = [.. entry.Queues.Select(name => new QueueName(name))],
    };

    private static PreparedMessage ToMessage(V1.PreparedMessage message) => new()
    {
        Number = (int)message.Number,
        Queue = message.Queue.Length == 0 ? null : new QueueName(message.Queue),
        Id = MessageId.TryParse(message.MessageId, out MessageId id) ? id : throw new ForewaveException(ErrorCode.FrameBroken, "The broker's answer has no message id."),
        Body = message.Message.Length == 0 ? null : V1.Message.Parser.ParseFrom(message.Message).Body.Memory,
    };
}
