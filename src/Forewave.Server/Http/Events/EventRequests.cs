using System.Buffers;
using System.Text;
using System.Text.Json;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Operations;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Json;

namespace Forewave.Server.Http.Events;

/// <summary>
/// Server-sent events: the messages of a queue as they come, for whoever watches. It changes nothing, and no message is leased.
/// A browser that comes back says how far it was. Thread-safe; bounded.
/// </summary>
internal sealed class EventRequests(HttpLinks links, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(15);

    private int _followers;

    /// <summary>The query parameters.</summary>
    public static string[] Query { get; } = ["key", "tag", "header+", "start"];

    /// <summary>Follows until the client goes.</summary>
    public async Task RunAsync(ApiCall call)
    {
        var following = Begin(call);
        try
        {
            if (Interlocked.Increment(ref _followers) > Limits.HttpFollowers)
                throw new ForewaveException(ErrorCode.TooManyRequests, "As many follow queues as may.");
            await FollowAsync(call, following);
        }
        finally
        {
            Interlocked.Decrement(ref _followers);
        }
    }

    private QueueWatch Begin(ApiCall call)
    {
        EventId from = new(time.GetUtcNow().ToUnixTimeMilliseconds(), []);
        string? last = call.Context.Request.Headers["Last-Event-ID"];
        IReadOnlyDictionary<FollowedPartition, EventId>? left = null;
        if (last is not null)
        {
            if (!EventIds.TryParse(last, out left))
                throw FieldText.Wrong("Last-Event-ID", "the id of an event");
        }
        else if (call.Query.Text("start") is { } text)
        {
            var start = FieldText.Place("start", text);
            if (start.Offset is not null)
                throw FieldText.Wrong("start", "earliest, latest or a time");
            if (!start.IsLatest)
                from = new EventId(Math.Max(0, start.Time?.ToUnixTimeMilliseconds() ?? 0), []);
        }
        var queue = call.Queue;
        var filter = MessageOperations.FilterOf(call.Query);
        return new QueueWatch(links, id => new QueueFollowing(queue, filter, id, time), left ?? new Dictionary<FollowedPartition, EventId> { [default] = from });
    }

    private async Task FollowAsync(ApiCall call, QueueWatch watch)
    {
        // Refused before anything was answered, where the queue is not there.
        var messages = await LookAsync(call, watch);
        var response = call.Context.Response;
        response.ContentType = ContentTypes.Events;
        response.Headers.CacheControl = "no-store";
        // nginx keeps events back otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
        await response.BodyWriter.WriteAsync(": forewave\n\n"u8.ToArray(), call.Gone);
        long said = time.GetTimestamp();
        while (true)
        {
            if (messages.Count > 0)
            {
                await SendAsync(call, watch, messages);
                said = time.GetTimestamp();
            }
            else
            {
                await Task.Delay(LookEvery, time, call.Gone);
                if (time.GetElapsedTime(said) > SayEvery)
                {
                    await response.BodyWriter.WriteAsync(Encoding.ASCII.GetBytes(Comment(watch)), call.Gone);
                    said = time.GetTimestamp();
                }
            }
            messages = await LookAsync(call, watch);
        }
    }

    private static string Comment(QueueWatch watch) =>
        watch.Silent.Count > 0 ? $": unanswered {string.Join(',', watch.Silent.Order())}\n\n" : ":\n\n";

    private static async ValueTask<IReadOnlyList<(FoundMessage Message, FollowedPartition Key)>> LookAsync(ApiCall call, QueueWatch watch)
    {
        try
        {
            var messages = await watch.NextAsync(call.Gone);
            await call.ReviewAsync();
            return messages;
        }
        catch (ForewaveException busy) when (busy.Code == ErrorCode.TooManySearches)
        {
            await call.ReviewAsync();
            return [];
        }
    }

    private static async ValueTask SendAsync(ApiCall call, QueueWatch watch, IReadOnlyList<(FoundMessage Message, FollowedPartition Key)> messages)
    {
        var output = call.Context.Response.BodyWriter;
        foreach (var (message, key) in messages)
        {
            string id = watch.Sent(message, key);
            output.Write(Encoding.ASCII.GetBytes($"id: {id}\nevent: message\ndata: "));
            // JSON has no line's end but for those that it escapes.
            await using (Utf8JsonWriter writer = new(output, JsonAnswer.Options))
                FoundJson.Write(writer, message);
            output.Write("\n\n"u8);
            await output.FlushAsync(call.Gone);
        }
    }
}
