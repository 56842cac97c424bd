using Forewave.Broker.Sessions;
using Forewave.Broker.Transactions;
using Forewave.Protocol;
using Forewave.Storage;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about transactions that are open. A decision is answered when it is committed.</summary>
internal static class TransactionVerbs
{
    private const int DefaultPage = 100;
    private const int MostPerPage = 1_000;

    /// <summary>The answer, or null where the verb is none about transactions.</summary>
    public static async ValueTask<V1.AdministrationAnswer?> RunAsync(
        SessionParts parts, V1.AdministrationRequest request, CancellationToken cancellation) => request.VerbCase switch
        {
            Verb.ListTransactions => await ListAsync(parts, request.ListTransactions, cancellation),
            Verb.ShowTransaction => await ShowAsync(parts, request.ShowTransaction, cancellation),
            Verb.DecideTransaction => await DecideAsync(parts, request.DecideTransaction, cancellation),
            _ => null,
        };

    /// <summary>A transaction's id as a request has it, in this partition.</summary>
    /// <exception cref="RefusedException">FieldInvalid, NotOwner.</exception>
    public static LogPosition IdOf(SessionParts parts, string text)
    {
        if (!MessageId.TryParse(text, out var id))
            throw new RefusedException(ErrorCode.FieldInvalid, "a transaction's id is its partition, a hyphen and 16 hex digits.");
        if (id.Partition != parts.Store.Partition)
            throw new RefusedException(ErrorCode.NotOwner, $"the transaction is of partition {id.Partition.Value}, this is {parts.Store.Partition.Value}.");
        return id.Position;
    }

    private static async ValueTask<V1.AdministrationAnswer> ListAsync(SessionParts parts, V1.ListTransactions request, CancellationToken cancellation)
    {
        var filter = new TransactionFilter(request.Producer, request.OnlyWaiting);
        var page = await parts.Transactions.Administration.ListAsync(filter, LogPosition.FromBits(request.After), PageOf(request.Max), cancellation);
        var list = new V1.TransactionList { More = page.More, Open = (ulong)page.Open };
        list.Transactions.AddRange(page.Transactions.Select(entry => EntryOf(parts, entry)));
        return new V1.AdministrationAnswer { Transactions = list };
    }

    private static async ValueTask<V1.AdministrationAnswer> ShowAsync(SessionParts parts, V1.ShowTransaction request, CancellationToken cancellation)
    {
        var id = IdOf(parts, request.TransactionId);
        var details = await parts.Transactions.Administration.ShowAsync(id, request.From, PageOf(request.Max), cancellation);
        var answer = new V1.TransactionDetails { Transaction = EntryOf(parts, details.Entry) };
        answer.Messages.AddRange(details.Messages.Select(message => new V1.PreparedMessage
        {
            Number = message.Number,
            Queue = QueueName(parts, message.Queue),
            MessageId = new MessageId(parts.Store.Partition, message.Id).ToString(),
            Message = ByteString.CopyFrom(message.Message),
        }));
        return new V1.AdministrationAnswer { Transaction = answer };
    }

    private static async ValueTask<V1.AdministrationAnswer> DecideAsync(SessionParts parts, V1.DecideTransaction request, CancellationToken cancellation)
    {
        var decision = request.Commit ? TransactionDecision.Commit : TransactionDecision.RollBack;
        int messages = await parts.Transactions.Administration.DecideAsync(IdOf(parts, request.TransactionId), decision, cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = (ulong)messages } };
    }

    private static int PageOf(uint max) => max switch
    {
        0 => DefaultPage,
        <= MostPerPage => (int)max,
        _ => throw new RefusedException(ErrorCode.FieldInvalid, $"max is {MostPerPage} at most."),
    };

    private static V1.TransactionEntry EntryOf(SessionParts parts, TransactionEntry entry)
    {
        var answer = new V1.TransactionEntry
        {
            TransactionId = new MessageId(parts.Store.Partition, entry.Id).ToString(),
            Transaction = entry.Id.Bits,
            Producer = entry.ProducerName,
            BegunTime = (ulong)entry.Begun.UnixMilliseconds,
            Messages = (uint)entry.Messages,
            Bytes = (ulong)entry.Bytes,
            Checks = (uint)entry.Checks,
            Waiting = entry.IsWaiting,
        };
        answer.Queues.AddRange(entry.Queues.Select(queue => QueueName(parts, queue)).Where(name => name.Length > 0));
        return answer;
    }

    private static string QueueName(SessionParts parts, uint queue) => parts.Queues.Find(queue)?.Name.Value ?? "";
}
