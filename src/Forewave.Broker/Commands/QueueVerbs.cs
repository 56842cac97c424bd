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
            Verb.ListQueues => new V1.AdministrationAnswer { Queues = List(parts, request.ListQueues) },
            Verb.ShowQueue => Details(parts, Existing(parts, request.ShowQueue.Queue)),
            Verb.CreateQueue => await CreateAsync(parts, request.CreateQueue, cancellation),
            Verb.SetQueue => await SetAsync(parts, request.SetQueue, cancellation),
            Verb.DeleteQueue => await DeleteAsync(parts, request.DeleteQueue, cancellation),
            _ => null,
        };

    /// <summary>A queue's name as a request has it.</summary>
    public static QueueName NameOf(string text) =>
        QueueName.TryParse(text, out var name) ? name : throw new RefusedException(ErrorCode.NameInvalid);

    /// <summary>The queue of a request.</summary>
    public static QueueEntry Existing(SessionParts parts, string text) =>
        parts.Queues.Find(NameOf(text)) ?? throw new RefusedException(ErrorCode.QueueNotFound);

    private static V1.QueueList List(SessionParts parts, V1.ListQueues request)
    {
        int max = request.Max is 0 or > MostListed ? MostListed : (int)request.Max;
        var found = parts.Queues.All
            .Where(queue => queue.Name.Value.StartsWith(request.Prefix, StringComparison.Ordinal)
                && string.CompareOrdinal(queue.Name.Value, request.After) > 0)
            .OrderBy(queue => queue.Name)
            .Take(max + 1)
            .ToList();
        var list = new V1.QueueList { More = found.Count > max };
        list.Queues.AddRange(found.Take(max).Select(queue => DetailsOf(parts, queue)));
        return list;
    }

    private static async ValueTask<V1.AdministrationAnswer> CreateAsync(
        SessionParts parts, V1.CreateQueue request, CancellationToken cancellation)
    {
        var options = Changed(QueueOptions.Default, request.Options);
        var queue = await parts.Queues.CreateAsync(NameOf(request.Queue), options, cancellation);
        await parts.Store.CommittedAsync();
        return Details(parts, queue);
    }

    private static async ValueTask<V1.AdministrationAnswer> SetAsync(
        SessionParts parts, V1.SetQueue request, CancellationToken cancellation)
    {
        var queue = await parts.Queues.SetAsync(
            NameOf(request.Queue), options => Changed(options, request.Options), cancellation);
        await parts.Store.CommittedAsync();
        return Details(parts, queue);
    }

    private static async ValueTask<V1.AdministrationAnswer> DeleteAsync(
        SessionParts parts, V1.DeleteQueue request, CancellationToken cancellation)
    {
        var extent = parts.Store.Extent(Existing(parts, request.Queue).Id);
        await parts.Queues.DeleteAsync(NameOf(request.Queue), cancellation);
        await parts.Store.CommittedAsync();
        return new V1.AdministrationAnswer { Changed = new V1.Changed { Messages = MessagesOf(extent) } };
    }

    private static QueueOptions Changed(QueueOptions options, V1.QueueOptions? wanted)
    {
        if (wanted is null)
            return options;
        if (wanted.HasRetention && (wanted.Retention == 0 || wanted.Retention > Limits.MaxDelay.TotalMilliseconds))
            throw new RefusedException(ErrorCode.FieldInvalid, "retention is 1 ms to 10 years.");
        return options with
        {
            Relaxed = wanted.HasRelaxed ? wanted.Relaxed : options.Relaxed,
            Retention = wanted.HasRetention ? TimeSpan.FromMilliseconds(wanted.Retention) : options.Retention,
        };
    }

    private static V1.AdministrationAnswer Details(SessionParts parts, QueueEntry queue) =>
        new() { Queue = DetailsOf(parts, queue) };

    private static V1.QueueDetails DetailsOf(SessionParts parts, QueueEntry queue)
    {
        var extent = parts.Store.Extent(queue.Id);
        return new V1.QueueDetails
        {
            Queue = queue.Name.Value,
            QueueId = queue.Id,
            Options = new V1.QueueOptions
            {
                Relaxed = queue.Options.Relaxed,
                Retention = (ulong)queue.Options.Retention.TotalMilliseconds,
            },
            FirstOffset = (ulong)extent.FirstRetained.Value,
            NextOffset = (ulong)extent.End.Value,
            Messages = MessagesOf(extent),
            Bytes = extent.Bytes,
        };
    }

    private static ulong MessagesOf(in QueueExtent extent) => (ulong)Math.Max(0, extent.End.Since(extent.FirstRetained));
}
