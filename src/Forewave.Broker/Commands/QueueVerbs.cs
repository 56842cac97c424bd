using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about queues. Changes are answered when they are committed.</summary>
internal static class QueueVerbs
{
    private const int MostListed = 1_000;

    /// <summary>The answer, or null where the verb is none about queues.</summary>
    public static async ValueTask<V1.AdministrationAnswer?> RunAsync(
        SessionParts parts, V1.AdministrationRequest request, CancellationToken cancellation) => request.VerbCase switch
        {
            Verb.ListQueues => new V1.AdministrationAnswer { Queues = await ListAsync(parts, request.ListQueues, cancellation) },
            Verb.ShowQueue => await DetailsAsync(parts, Existing(parts, request.ShowQueue.Queue), cancellation),
            Verb.CreateQueue => await CreateAsync(parts, request.CreateQueue, cancellation),
            Verb.SetQueue => await SetAsync(parts, request.SetQueue, cancellation),
            Verb.PurgeQueue => await PurgeAsync(parts, request.PurgeQueue, cancellation),
            Verb.DeleteQueue => await DeleteAsync(parts, request.DeleteQueue, cancellation),
            _ => null,
        };

    /// <summary>A queue's name as a request has it.</summary>
    public static QueueName NameOf(string text) =>
        QueueName.TryParse(text, out var name) ? name : throw new RefusedException(ErrorCode.NameInvalid);

    /// <summary>The queue of a request.</summary>
    public static QueueEntry Existing(SessionParts parts, string text) =>
        parts.Queues.Find(NameOf(text)) ?? throw new RefusedException(ErrorCode.QueueNotFound);

    private static async ValueTask<V1.QueueList> ListAsync(
        SessionParts parts, V1.ListQueues request, CancellationToken cancellation)
    {
        int max = request.Max is 0 or > MostListed ? MostListed : (int)request.Max;
        var found = parts.Queues.All
            .Where(queue => queue.Name.Value.StartsWith(request.Prefix, StringComparison.Ordinal)
                && string.CompareOrdinal(queue.Name.Value, request.After) > 0)
            .OrderBy(queue => queue.Name)
            .Take(max + 1)
            .ToList();
        var list = new V1.QueueList { More = found.Count > max };
        foreach (var queue in found.Take(max))
            list.Queues.Add(await DetailsOfAsync(parts, queue, cancellation));
        return list;
    }

    private static async ValueTask<V1.AdministrationAnswer> CreateAsync(
        SessionParts parts, V1.CreateQueue request, CancellationToken cancellation)
    {
        var options = Changed(QueueOptions.Default, request.Options);
        var name = NameOf(request.Queue);
        var slots = await parts.Slots.OfNewAsync(name, options, cancellation);
        var queue = await parts.Queues.CreateAsync(name, options, cancellation);
        queue.Slots = slots ?? queue.Slots;
        await parts.Store.CommittedAsync();
        return await DetailsAsync(parts, queue, cancellation);
    }

    private static async ValueTask<V1.AdministrationAnswer> SetAsync(
        SessionParts parts, V1.SetQueue request, CancellationToken cancellation)
    {
        var queue = await parts.Queues.SetAsync(
            NameOf(request.Queue), options => Changed(options, request.Options), cancellation);
        await parts.Store.CommittedAsync();
        return await DetailsAsync(parts, queue, cancellation);
    }

    private static async ValueTask<V1.AdministrationAnswer> PurgeAsync(
        SessionParts parts, V1.PurgeQueue request, CancellationToken cancellation)
    {
        var queue = Existing(parts, request.Queue);
        long purged = await parts.Delivery.Administration.PurgeQueueAsync(queue).WaitAsync(cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = (ulong)purged } };
    }

    private static async ValueTask<V1.AdministrationAnswer> DeleteAsync(
        SessionParts parts, V1.DeleteQueue request, CancellationToken cancellation)
    {
        var details = await DetailsOfAsync(parts, Existing(parts, request.Queue), cancellation);
        await QueueDeletion.RunAsync(parts, NameOf(request.Queue), cancellation);
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = details.Messages } };
    }

    private static QueueOptions Changed(QueueOptions options, V1.QueueOptions? wanted)
    {
        if (wanted is null)
            return options;
        if (wanted.HasRetention && (wanted.Retention == 0 || wanted.Retention > Limits.MaxDelay.TotalMilliseconds))
            throw new RefusedException(ErrorCode.FieldInvalid, "retention is 1 ms to 10 years.");
        if (wanted.HasDeduplicationWindow && !IsWindow(wanted.DeduplicationWindow))
            throw new RefusedException(ErrorCode.FieldInvalid, "deduplication_window is 1 s to 7 days.");
        if (wanted.HasDeleteWhenIdle && !IsIdleTime(wanted.DeleteWhenIdle))
            throw new RefusedException(ErrorCode.FieldInvalid, "delete_when_idle is 0, or 1 s to 10 years.");
        if (wanted.HasTimeToLive && wanted.TimeToLive > Limits.MaxDelay.TotalMilliseconds)
            throw new RefusedException(ErrorCode.ExpiryTimeInvalid, "time_to_live is at most 10 years; 0: none.");
        return options with
        {
            DeleteWhenIdle = wanted.HasDeleteWhenIdle ? TimeSpan.FromMilliseconds(wanted.DeleteWhenIdle) : options.DeleteWhenIdle,
            Trace = wanted.HasTrace ? wanted.Trace : options.Trace,
            TimeToLive = wanted.HasTimeToLive ? TimeSpan.FromMilliseconds(wanted.TimeToLive) : options.TimeToLive,
            Relaxed = wanted.HasRelaxed ? wanted.Relaxed : options.Relaxed,
            Retention = wanted.HasRetention ? TimeSpan.FromMilliseconds(wanted.Retention) : options.Retention,
            DeduplicationWindow = wanted.HasDeduplicationWindow
                ? TimeSpan.FromMilliseconds(wanted.DeduplicationWindow) : options.DeduplicationWindow,
        };
    }

    private static bool IsIdleTime(ulong milliseconds) =>
        milliseconds == 0 || milliseconds >= Limits.MinIdleTime.TotalMilliseconds && milliseconds <= Limits.MaxDelay.TotalMilliseconds;

    private static bool IsWindow(ulong milliseconds) =>
        milliseconds >= Limits.MinDeduplicationWindow.TotalMilliseconds && milliseconds <= Limits.MaxDeduplicationWindow.TotalMilliseconds;

    private static async ValueTask<V1.AdministrationAnswer> DetailsAsync(
        SessionParts parts, QueueEntry queue, CancellationToken cancellation) =>
        new() { Queue = await DetailsOfAsync(parts, queue, cancellation) };

    private static async ValueTask<V1.QueueDetails> DetailsOfAsync(
        SessionParts parts, QueueEntry queue, CancellationToken cancellation)
    {
        var delivery = await parts.Delivery.Administration.ShowQueueAsync(queue).WaitAsync(cancellation);
        var details = new V1.QueueDetails
        {
            Queue = queue.Name.Value,
            QueueId = queue.Id,
            Options = new V1.QueueOptions
            {
                Relaxed = queue.Options.Relaxed,
                Trace = queue.Options.Trace,
                TimeToLive = (ulong)queue.Options.TimeToLive.TotalMilliseconds,
                Retention = (ulong)queue.Options.Retention.TotalMilliseconds,
                DeduplicationWindow = (ulong)queue.Options.DeduplicationWindow.TotalMilliseconds,
                DeleteWhenIdle = (ulong)queue.Options.DeleteWhenIdle.TotalMilliseconds,
            },
            FirstOffset = (ulong)delivery.FirstOffset,
            NextOffset = (ulong)delivery.NextOffset,
            Messages = (ulong)Math.Max(0, delivery.Messages),
            Bytes = parts.Store.Extent(queue.Id).Bytes + PriorityBand.Others.Aggregate(
                0ul, (sum, band) => sum + parts.Store.Extent(band.IndexOf(queue.Id)).Bytes),
            Groups = (uint)delivery.Groups,
            LastPublishTime = (ulong)delivery.LastPublishTime,
            Scheduled = (ulong)await parts.Scheduling.Administration.CountAsync(queue.Id, cancellation),
        };
        if (delivery.Priorities.Count > 1)
            details.Priorities.AddRange(delivery.Priorities.Select(count => GroupAnswers.CountOf(count with { OldestTime = OldestOf(parts.Store, count) })));
        return details;
    }

    private static long OldestOf(IStore store, PriorityCount count) =>
        count.Messages == 0 ? 0 : store.Extent(count.Index).OldestTime.UnixMilliseconds;
}
