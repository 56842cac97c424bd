using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Queues;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about dead letters: the queue's delivery loop does them.</summary>
internal static class DeadVerbs
{
    private const int MostListed = 1_000;
    private const int ListedByDefault = 100;

    /// <summary>The answer, or null where the verb is none about dead letters.</summary>
    public static async ValueTask<V1.AdministrationAnswer?> RunAsync(
        Session session, V1.AdministrationRequest request, CancellationToken cancellation) => request.VerbCase switch
        {
            Verb.ListDead => await ListAsync(session.Parts, request.ListDead, cancellation),
            Verb.ShowDead => await ShowAsync(session.Parts, request.ShowDead, cancellation),
            Verb.RedriveDead => await RedriveAsync(session, request.RedriveDead, cancellation),
            Verb.PurgeDead => await PurgeAsync(session, request.PurgeDead, cancellation),
            _ => null,
        };

    private static async ValueTask<V1.AdministrationAnswer> ListAsync(
        SessionParts parts, V1.ListDead request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        int max = request.Max is 0 ? ListedByDefault : (int)Math.Min(request.Max, MostListed);
        if (request.Filter.Length > 0)
            return await ListSomeAsync(parts, queue, request, max, cancellation);
        var page = await parts.Delivery.DeadLetters
            .ListAsync(queue, GroupVerbs.NameOf(request.Group), PlaceOf(request.After), max).WaitAsync(cancellation);
        var list = new V1.DeadList { More = page.More };
        list.Letters.AddRange(page.Letters.Select(letter => DetailsOf(parts, letter)));
        return new V1.AdministrationAnswer { Dead = list };
    }

    private static async ValueTask<V1.AdministrationAnswer> ListSomeAsync(
        SessionParts parts, QueueEntry queue, V1.ListDead request, int max, CancellationToken cancellation)
    {
        var selection = new DeadSelection { Filter = DeadOperationVerbs.FilterOf(request.Filter), After = PlaceOf(request.After), Max = max };
        var selected = await parts.Delivery.DeadLetters.SelectAsync(queue, GroupVerbs.NameOf(request.Group), selection).WaitAsync(cancellation);
        var list = new V1.DeadList { More = selected.Next > 0, Next = (ulong)selected.Next };
        list.Letters.AddRange(selected.Letters.Select(letter => DetailsOf(parts, letter)));
        return new V1.AdministrationAnswer { Dead = list };
    }

    private static async ValueTask<V1.AdministrationAnswer> ShowAsync(
        SessionParts parts, V1.ShowDead request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        var letter = await parts.Delivery.DeadLetters
            .ShowAsync(queue, GroupVerbs.NameOf(request.Group), PlaceOf(request.Place)).WaitAsync(cancellation);
        var details = DetailsOf(parts, letter);
        var run = new MessageRun(letter.Letter.Message.Span);
        if (run.MoveNext())
            details.Message = ByteString.CopyFrom(run.Current);
        return new V1.AdministrationAnswer { DeadLetter = details };
    }

    private static ValueTask<V1.AdministrationAnswer> RedriveAsync(Session session, V1.RedriveDead request, CancellationToken cancellation)
    {
        var terms = DeadOperationVerbs.TermsOf(session, (request.Group, request.Reason)) with
        {
            Action = DeadAction.Redrive, Named = !request.All,
        };
        return DoAsync(session, (QueueVerbs.Existing(session.Parts, request.Queue), terms), PlacesOf(request.Places, request.All), cancellation);
    }

    private static ValueTask<V1.AdministrationAnswer> PurgeAsync(Session session, V1.PurgeDead request, CancellationToken cancellation)
    {
        var terms = DeadOperationVerbs.TermsOf(session, (request.Group, request.Reason)) with
        {
            Action = DeadAction.Purge, Named = !request.All, ForGood = request.ForGood,
        };
        return DoAsync(session, (QueueVerbs.Existing(session.Parts, request.Queue), terms), PlacesOf(request.Places, request.All), cancellation);
    }

    private static async ValueTask<V1.AdministrationAnswer> DoAsync(
        Session session, (QueueEntry Queue, DeadOperationTerms Terms) what, IReadOnlyList<long>? places, CancellationToken cancellation)
    {
        var done = await session.Parts.Delivery.Operating.DoAsync(what.Queue, what.Terms, places).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = (ulong)done.Messages, Operation = done.Operation } };
    }

    private static IReadOnlyList<long>? PlacesOf(IReadOnlyCollection<ulong> places, bool all)
    {
        if (all == places.Count > 0)
            throw new RefusedException(ErrorCode.FieldInvalid, "Name places, or all of them.");
        return all ? null : [.. places.Select(PlaceOf)];
    }

    private static long PlaceOf(ulong place) =>
        place <= long.MaxValue ? (long)place : throw new RefusedException(ErrorCode.FieldInvalid, "A place is beyond 2^63.");

    private static V1.DeadLetter DetailsOf(SessionParts parts, DeadLetterDetails details)
    {
        var letter = details.Letter;
        var answer = new V1.DeadLetter
        {
            Place = (ulong)details.Place,
            MessageId = letter.Position == LogPosition.None ? "" : new MessageId(parts.Store.Partition, letter.Position).ToString(),
            Offset = (ulong)letter.Offset,
            PublishTime = (ulong)letter.PublishTime,
            DeathTime = (ulong)letter.DeathTime,
            Reason = letter.Reason,
            BodyBytes = (uint)details.BodyBytes,
        };
        answer.History.AddRange(letter.History.Select(attempt => new V1.AttemptRecord
        {
            Attempt = attempt.Attempt,
            Time = (ulong)attempt.Time,
            Consumer = attempt.Consumer,
            Reason = attempt.Reason,
        }));
        return answer;
    }
}
