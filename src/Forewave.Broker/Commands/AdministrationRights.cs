using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>What a user needs for each administrative request: the one place for all of them. A verb that is not named here needs the right to operate.</summary>
internal static class AdministrationRights
{
    private const AccessRights Looking = AccessRights.Looking;
    private const AccessRights Managing = AccessRights.Manage;

    /// <summary>Lets a request pass.</summary>
    /// <exception cref="RefusedException">RightMissing; MessageNotFound and the like, where the message decides. Nothing was changed.</exception>
    public static ValueTask CheckAsync(Session session, V1.AdministrationRequest request, CancellationToken cancellation)
    {
        if (session.Access is { IsUnbounded: true, MayOperate: true } || request.VerbCase is Verb.ShowBroker or Verb.None)
            return ValueTask.CompletedTask;
        if (request.VerbCase == Verb.SetPassword)
        {
            CheckPassword(session, request.SetPassword);
            return ValueTask.CompletedTask;
        }
        if (request.VerbCase == Verb.ListQueues)
        {
            RightCheck.RequireAll(session, Looking, request.ListQueues.Prefix);
            return ValueTask.CompletedTask;
        }
        if (LookedAt(request) is { } looked)
            return Require(session, Looking, looked);
        if (Managed(request) is { } managed)
            return Require(session, Managing, managed);
        switch (request.VerbCase)
        {
            case Verb.CancelScheduled:
                return RequireAsync(session, request.CancelScheduled.Choice, cancellation);
            case Verb.Reschedule:
                return RequireAsync(session, request.Reschedule.Choice, cancellation);
            case Verb.ListTransactions:
                RightCheck.RequireAll(session, Looking, prefix: "");
                return ValueTask.CompletedTask;
            case Verb.ShowTransaction:
                return RequireOfTransactionAsync(session, Looking, request.ShowTransaction.TransactionId, cancellation);
            case Verb.DecideTransaction:
                return RequireOfTransactionAsync(session, Managing, request.DecideTransaction.TransactionId, cancellation);
            case Verb.ShowMessage:
                return RequireAsync(session, Looking, request.ShowMessage.MessageId, cancellation);
            case Verb.TraceMessage:
                return RequireAsync(session, Looking, request.TraceMessage.MessageId, cancellation);
            case Verb.AwaitOutcome:
                return RequireAsync(session, Looking | AccessRights.Publish, request.AwaitOutcome.MessageId, cancellation);
            default:
                RightCheck.RequireOperator(session);
                return ValueTask.CompletedTask;
        }
    }

    // The queue that a request looks at; empty: all of them; null: it is none of these requests.
    private static string? LookedAt(V1.AdministrationRequest request) => request.VerbCase switch
    {
        Verb.ShowQueue => request.ShowQueue.Queue,
        Verb.ListGroups => request.ListGroups.Queue,
        Verb.ShowGroup => request.ShowGroup.Queue,
        Verb.ListDead => request.ListDead.Queue,
        Verb.ShowDead => request.ShowDead.Queue,
        Verb.ListScheduled => request.ListScheduled.Queue,
        Verb.ListRecurring => request.ListRecurring.Queue,
        Verb.ListDeadOperations => request.ListDeadOperations.Queue,
        Verb.ShowDeadOperation => request.ShowDeadOperation.Queue,
        Verb.ListLeases => request.ListLeases.Queue,
        Verb.FindMessages => request.FindMessages.Queue,
        _ => null,
    };

    private static string? Managed(V1.AdministrationRequest request) => request.VerbCase switch
    {
        Verb.CreateQueue => request.CreateQueue.Queue,
        Verb.SetQueue => request.SetQueue.Queue,
        Verb.PurgeQueue => request.PurgeQueue.Queue,
        Verb.DeleteQueue => request.DeleteQueue.Queue,
        Verb.SetGroup => request.SetGroup.Queue,
        Verb.DeleteGroup => request.DeleteGroup.Queue,
        Verb.RedriveDead => request.RedriveDead.Queue,
        Verb.PurgeDead => request.PurgeDead.Queue,
        Verb.BeginDeadOperation => request.BeginDeadOperation.Queue,
        Verb.CancelDeadOperation => request.CancelDeadOperation.Queue,
        Verb.UndoDeadOperation => request.UndoDeadOperation.Queue,
        Verb.ResumeKey => request.ResumeKey.Queue,
        Verb.ResetGroup => request.ResetGroup.Queue,
        Verb.ReplayGroup => request.ReplayGroup.Queue,
        Verb.CancelReplay => request.CancelReplay.Queue,
        Verb.SetRecurring => request.SetRecurring.Queue,
        Verb.DeleteRecurring => request.DeleteRecurring.Queue,
        _ => null,
    };

    private static ValueTask Require(Session session, AccessRights anyOf, string queue)
    {
        if (queue.Length == 0)
            RightCheck.RequireAll(session, anyOf, prefix: "");
        else
            RightCheck.Require(session, anyOf, QueueVerbs.NameOf(queue));
        return ValueTask.CompletedTask;
    }

    private static async ValueTask RequireAsync(Session session, AccessRights anyOf, string messageId, CancellationToken cancellation)
    {
        // Looking for a message costs reads of the store, and says whether it is there.
        RightCheck.RequireSome(session, anyOf);
        var found = await session.Parts.Messages.FindAsync(MessageVerbs.IdOf(messageId), cancellation);
        RightCheck.RequireOfMessage(session, anyOf, found.Queue.Name);
    }

    private static async ValueTask RequireAsync(Session session, V1.ScheduledChoice? choice, CancellationToken cancellation)
    {
        // What cannot be is refused by the request itself.
        if (choice is null || choice.Positions.Count > Limits.ScheduledPerCommand)
            return;
        RightCheck.RequireSome(session, Managing);
        if (choice.Queue.Length > 0)
            RightCheck.Require(session, Managing, QueueVerbs.NameOf(choice.Queue));
        foreach (ulong position in choice.Positions)
        {
            MessageId id = new(session.Parts.Store.Partition, LogPosition.FromBits(position));
            var found = await session.Parts.Messages.FindAsync(id, cancellation);
            RightCheck.RequireOfMessage(session, Managing, found.Queue.Name);
        }
    }

    // On each of the queues that it has messages for; on all where it has none, or where one was deleted. One that is not open says so, or its
    // decision again, to whoever has the right somewhere.
    private static async ValueTask RequireOfTransactionAsync(Session session, AccessRights anyOf, string transactionId, CancellationToken cancellation)
    {
        RightCheck.RequireSome(session, anyOf);
        var parts = session.Parts;
        uint[]? queues = await parts.Transactions.Administration.QueuesAsync(TransactionVerbs.IdOf(parts, transactionId), cancellation);
        if (queues is { Length: 0 })
            RightCheck.RequireAll(session, anyOf, prefix: "");
        foreach (uint queue in queues ?? [])
        {
            if (parts.Queues.Find(queue) is { } known)
                RightCheck.RequireOfMessage(session, anyOf, known.Name);
            else
                RightCheck.RequireAll(session, anyOf, prefix: "");
        }
    }

    // One's own password too: by whoever knows the one before, which a token's holder may not.
    private static void CheckPassword(Session session, V1.SetPassword request)
    {
        bool isOwn = session.Access.User?.Name.Value == request.User && session.Access.Token is null && request.Password is not null;
        if (!isOwn)
            RightCheck.RequireOperator(session);
        else if (request.Password!.Iterations > Limits.MaxOwnPasswordIterations && !session.Access.MayOperate)
            throw new RefusedException(ErrorCode.UserInvalid, $"a password that a user sets for itself has {Limits.MaxOwnPasswordIterations:N0} rounds at most.");
    }
}
