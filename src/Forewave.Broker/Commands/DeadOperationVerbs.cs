using System.Text;
using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Sessions;
using Forewave.Broker.Settings;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about operations on dead letters, and who did what: the queue's delivery loop does them.</summary>
internal static class DeadOperationVerbs
{
    private const int MostListed = 1_000;
    private const int ListedByDefault = 100;
    private const int MostResults = 10_000;
    private const int ResultsByDefault = 1_000;
    private const double LeastRate = 0.001;
    private const double MostRate = 1_000_000;

    /// <summary>The answer, or null where the verb is none about them.</summary>
    public static async ValueTask<V1.AdministrationAnswer?> RunAsync(
        Session session, V1.AdministrationRequest request, CancellationToken cancellation) => request.VerbCase switch
        {
            Verb.BeginDeadOperation => await BeginAsync(session, request.BeginDeadOperation, cancellation),
            Verb.ListDeadOperations => await ListAsync(session.Parts, request.ListDeadOperations, cancellation),
            Verb.ShowDeadOperation => await ShowAsync(session.Parts, request.ShowDeadOperation, cancellation),
            Verb.CancelDeadOperation => await CancelAsync(session.Parts, request.CancelDeadOperation, cancellation),
            Verb.UndoDeadOperation => await UndoAsync(session, request.UndoDeadOperation, cancellation),
            _ => null,
        };

    /// <summary>Reads a filter.</summary>
    /// <exception cref="RefusedException"><c>DeadFilterInvalid</c>.</exception>
    public static DeadFilter FilterOf(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > Limits.DeadFilterBytes)
            throw new RefusedException(ErrorCode.DeadFilterInvalid, $"a filter has at most {Limits.DeadFilterBytes} bytes.");
        return DeadFilter.TryParse(text, out var filter, out string problem)
            ? filter
            : throw new RefusedException(ErrorCode.DeadFilterInvalid, problem + ".");
    }

    /// <summary>Who asks for something to be done to which group's dead letters, and why.</summary>
    public static DeadOperationTerms TermsOf(Session session, (string Group, string Reason) asked)
    {
        if (Encoding.UTF8.GetByteCount(asked.Reason) > Limits.DeadReasonBytes)
            throw new RefusedException(ErrorCode.FieldInvalid, $"A reason has at most {Limits.DeadReasonBytes} bytes.");
        return new DeadOperationTerms
        {
            Action = DeadAction.Undo, Group = GroupVerbs.NameOf(asked.Group).Value, Client = session.Actor, Address = session.Origin.Peer, Reason = asked.Reason,
        };
    }

    private static async ValueTask<V1.AdministrationAnswer> BeginAsync(
        Session session, V1.BeginDeadOperation request, CancellationToken cancellation)
    {
        Require(session.Parts);
        var queue = QueueVerbs.Existing(session.Parts, request.Queue);
        _ = FilterOf(request.Filter);
        if (request.Action is not (V1.DeadAction.Redrive or V1.DeadAction.Purge))
            throw new RefusedException(ErrorCode.FieldInvalid, "An operation redrives or purges.");
        if (request.Rate != 0 && !(request.Rate >= LeastRate && request.Rate <= MostRate))
            throw new RefusedException(ErrorCode.FieldInvalid, "The rate is 0, or 0.001 to 1,000,000 messages a second.");
        var terms = TermsOf(session, (request.Group, request.Reason)) with
        {
            Action = (DeadAction)request.Action, Filter = request.Filter, Rate = request.Rate,
            ForGood = request.ForGood && request.Action == V1.DeadAction.Purge,
        };
        var begun = await session.Parts.Delivery.Operating.BeginAsync(queue, terms).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { DeadOperation = DetailsOf(request.Queue, begun) };
    }

    private static async ValueTask<V1.AdministrationAnswer> CancelAsync(
        SessionParts parts, V1.CancelDeadOperation request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        var ended = await parts.Delivery.Operating.CancelAsync(queue, GroupVerbs.NameOf(request.Group), request.Number).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { DeadOperation = DetailsOf(request.Queue, ended) };
    }

    private static async ValueTask<V1.AdministrationAnswer> UndoAsync(
        Session session, V1.UndoDeadOperation request, CancellationToken cancellation)
    {
        Require(session.Parts);
        if (request.Number == 0)
            throw new RefusedException(ErrorCode.FieldInvalid, "Operations have numbers from 1 on.");
        var queue = QueueVerbs.Existing(session.Parts, request.Queue);
        var terms = TermsOf(session, (request.Group, request.Reason)) with { Of = request.Number };
        var done = await session.Parts.Delivery.Operating.UndoAsync(queue, terms).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = (ulong)done.Messages, Operation = done.Operation } };
    }

    private static async ValueTask<V1.AdministrationAnswer> ListAsync(
        SessionParts parts, V1.ListDeadOperations request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        if (request.Max > MostListed)
            throw new RefusedException(ErrorCode.FieldInvalid, "A page has at most 1,000 operations.");
        int most = request.Max is 0 ? ListedByDefault : (int)request.Max;
        GroupName? group = request.Group.Length == 0 ? null : GroupVerbs.NameOf(request.Group);
        var page = await parts.Delivery.Trail.ListAsync(queue, group, PlaceOf(request.From), most).WaitAsync(cancellation);
        var list = new V1.DeadOperationList { Next = (ulong)page.Next };
        list.Operations.AddRange(page.Operations.Select(operation => DetailsOf(request.Queue, operation)));
        return new V1.AdministrationAnswer { DeadOperations = list };
    }

    private static async ValueTask<V1.AdministrationAnswer> ShowAsync(
        SessionParts parts, V1.ShowDeadOperation request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        if (request.Max > MostResults)
            throw new RefusedException(ErrorCode.FieldInvalid, "A page has at most 10,000 results.");
        int most = request.WithoutResults ? 0 : request.Max is 0 ? ResultsByDefault : (int)request.Max;
        var group = GroupVerbs.NameOf(request.Group);
        var page = await parts.Delivery.Trail.ShowAsync(queue, group, request.Number, (PlaceOf(request.From), most)).WaitAsync(cancellation);
        if (page is { Operation: null, Results.Count: 0, Next: 0 })
        {
            // One that has ended just now is on its way to the trail.
            var through = parts.Store.Tail;
            await parts.Store.CommittedAsync().WaitAsync(cancellation);
            await parts.Delivery.Outcomes.DispatchedAsync(through).WaitAsync(cancellation);
            page = await parts.Delivery.Trail.ShowAsync(queue, group, request.Number, (PlaceOf(request.From), most)).WaitAsync(cancellation);
        }
        if (page is { Operation: null, Results.Count: 0, Next: 0 })
            throw new RefusedException(ErrorCode.DeadOperationNotFound, $"The trail has no operation {request.Number} of the group.");
        var answer = new V1.DeadOperationResults { Next = (ulong)page.Next };
        if (page.Operation is not null)
            answer.Operation = DetailsOf(request.Queue, page.Operation);
        bool purges = page.Operation?.Terms.Action == DeadAction.Purge;
        answer.Results.AddRange(page.Results.Select(result => ResultOf(result, purges)));
        return new V1.AdministrationAnswer { DeadOperationResults = answer };
    }

    private static V1.DeadResult ResultOf(DeadResult result, bool purges) => new()
    {
        Place = (ulong)result.Place,
        Offset = (ulong)result.Offset,
        State = (V1.DeadResultState)(purges && result.State == DeadResultState.Settled ? DeadResultState.Gone : result.State),
        Now = (ulong)result.Now,
    };

    private static V1.DeadOperation DetailsOf(string queue, DeadOperation operation) => new()
    {
        Number = operation.Number,
        Queue = queue,
        Group = operation.Terms.Group,
        Action = (V1.DeadAction)operation.Terms.Action,
        State = (V1.DeadOperationState)operation.State,
        Filter = operation.Terms.Filter,
        Named = operation.Terms.Named,
        ForGood = operation.Terms.ForGood,
        Rate = operation.Terms.Rate,
        Undone = operation.Terms.Of,
        Client = operation.Terms.Client,
        Address = operation.Terms.Address,
        Reason = operation.Terms.Reason,
        Begun = (ulong)operation.Terms.Begun,
        Ended = (ulong)operation.Ended,
        Scanned = (ulong)operation.Scanned,
        Messages = (ulong)operation.Messages,
    };

    private static long PlaceOf(ulong place) =>
        place <= long.MaxValue ? (long)place : throw new RefusedException(ErrorCode.FieldInvalid, "A place is beyond 2^63.");

    private static void Require(SessionParts parts)
    {
        if (!parts.Options.DeadOperations)
            throw new RefusedException(ErrorCode.CapabilityMissing, "operations on dead letters are switched off.");
        LiveTerms.Require(parts.Settings.Terms.Options.DeadOperations, "deadOperations");
    }
}
