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
    private const int MostFilterBytes = 1_024;

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
        var selection = new DeadSelection { Filter = FilterOf(request.Filter), After = PlaceOf(request.After), Max = max };
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

    private static async ValueTask<V1.AdministrationAnswer> RedriveAsync(
        SessionParts parts, V1.RedriveDead request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        if (request.Page is not null)
        {
            if (request.All || request.Places.Count > 0)
                throw new RefusedException(ErrorCode.FieldInvalid, "Name places, all of them, or a page.");
            return await PageAsync(parts, (queue, GroupVerbs.NameOf(request.Group)), request.Page, redrive: true, cancellation);
        }
        long redriven = await parts.Delivery.DeadLetters
            .RedriveAsync(queue, GroupVerbs.NameOf(request.Group), PlacesOf(request.Places, request.All)).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = (ulong)redriven } };
    }

    private static async ValueTask<V1.AdministrationAnswer> PurgeAsync(
        SessionParts parts, V1.PurgeDead request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        if (request.Page is not null)
        {
            if (request.All || request.Places.Count > 0)
                throw new RefusedException(ErrorCode.FieldInvalid, "Name places, all of them, or a page.");
            return await PageAsync(parts, (queue, GroupVerbs.NameOf(request.Group)), request.Page, redrive: false, cancellation);
        }
        long purged = await parts.Delivery.DeadLetters
            .PurgeAsync(queue, GroupVerbs.NameOf(request.Group), PlacesOf(request.Places, request.All)).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = (ulong)purged } };
    }

    private static async ValueTask<V1.AdministrationAnswer> PageAsync(
        SessionParts parts, (QueueEntry Queue, GroupName Name) group, V1.DeadPage page, bool redrive, CancellationToken cancellation)
    {
        if (page.Max > MostListed)
            throw new RefusedException(ErrorCode.FieldInvalid, "max is at most 1,000.");
        long diedBy = page.DiedBy is 0 or > long.MaxValue ? parts.Time.GetUtcNow().ToUnixTimeMilliseconds() : (long)page.DiedBy;
        var selection = new DeadSelection
        {
            Filter = FilterOf(page.Filter), After = PlaceOf(page.After), DiedBy = diedBy, Max = page.Max is 0 ? MostListed : (int)page.Max,
        };
        var dead = parts.Delivery.DeadLetters;
        var selected = await dead.SelectAsync(group.Queue, group.Name, selection).WaitAsync(cancellation);
        IReadOnlyList<long> places = [.. selected.Letters.Select(letter => letter.Place)];
        if (!page.DryRun && places.Count > 0)
            places = await dead.ChangeAsync(group.Queue, group.Name, places, redrive).WaitAsync(cancellation);
        var changed = new V1.Changed
        {
            Messages = (ulong)places.Count, Next = (ulong)selected.Next, DiedBy = (ulong)diedBy, Scanned = (ulong)selected.Scanned,
        };
        changed.Places.AddRange(places.Select(place => (ulong)place));
        return new V1.AdministrationAnswer { Changed = changed };
    }

    private static DeadFilter FilterOf(string text)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(text) > MostFilterBytes)
            throw new RefusedException(ErrorCode.DeadFilterInvalid, "a filter has at most 1,024 bytes.");
        return DeadFilter.TryParse(text, out var filter, out string problem)
            ? filter
            : throw new RefusedException(ErrorCode.DeadFilterInvalid, problem + ".");
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
