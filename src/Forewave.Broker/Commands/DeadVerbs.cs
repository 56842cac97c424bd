using Forewave.Broker.Delivery.Administration;
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
        SessionParts parts, V1.AdministrationRequest request, CancellationToken cancellation) => request.VerbCase switch
        {
            Verb.ListDead => await ListAsync(parts, request.ListDead, cancellation),
            Verb.ShowDead => await ShowAsync(parts, request.ShowDead, cancellation),
            Verb.RedriveDead => await RedriveAsync(parts, request.RedriveDead, cancellation),
            Verb.PurgeDead => await PurgeAsync(parts, request.PurgeDead, cancellation),
            _ => null,
        };

    private static async ValueTask<V1.AdministrationAnswer> ListAsync(
        SessionParts parts, V1.ListDead request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        int max = request.Max is 0 ? ListedByDefault : (int)Math.Min(request.Max, MostListed);
        var page = await parts.Delivery.DeadLetters
            .ListAsync(queue, GroupVerbs.NameOf(request.Group), PlaceOf(request.After), max).WaitAsync(cancellation);
        var list = new V1.DeadList { More = page.More };
        list.Letters.AddRange(page.Letters.Select(letter => DetailsOf(parts, letter)));
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

    private static async ValueTask<V1.AdministrationAnswer> RedriveAsync(
        SessionParts parts, V1.RedriveDead request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        long redriven = await parts.Delivery.DeadLetters
            .RedriveAsync(queue, GroupVerbs.NameOf(request.Group), PlacesOf(request.Places, request.All)).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = (ulong)redriven } };
    }

    private static async ValueTask<V1.AdministrationAnswer> PurgeAsync(
        SessionParts parts, V1.PurgeDead request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        long purged = await parts.Delivery.DeadLetters
            .PurgeAsync(queue, GroupVerbs.NameOf(request.Group), PlacesOf(request.Places, request.All)).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = (ulong)purged } };
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
