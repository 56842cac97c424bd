using System.Text.Json;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Consuming;

/// <summary>Receives messages of a group, waiting for them where there are none. Thread-safe.</summary>
internal sealed class ReceiveRequests(HttpLinks links, HttpMetrics metrics, Func<QueueName, bool> consumes)
{
    private static readonly ConsumerName DefaultName = new("http");
    private static readonly CountRange Messages = new() { UnlessTold = 1, Most = Limits.HttpReceiveMessages };

    /// <summary>The query parameters of a receive.</summary>
    public static string[] Query { get; } = ["max", "wait", "visibility", "tag", "start", "consumer"];

    /// <summary>Receives and answers.</summary>
    public async Task RunAsync(ApiCall call)
    {
        SubscriptionKey key = new()
        {
            Queue = call.Queue,
            Group = call.Group,
            Consumer = call.Query.Text("consumer") is { } name ? new ConsumerName(name) : DefaultName,
            Filter = call.Query.Tags("tag"),
            Visibility = AtMost(call, "visibility", Limits.MaxVisibilityTimeout),
            Start = call.Query.Start("start"),
        };
        // One that is subscribed already would wait, and be told of nothing.
        if (!consumes(key.Queue))
            throw new ForewaveException(ErrorCode.ConsumeOff);
        PullTerms terms = new() { Messages = call.Query.Count("max", Messages), Wait = AtMost(call, "wait", Limits.MaxReceiveWait) };
        metrics.ReceiveWaits();
        try
        {
            await links.Pulls.ReceiveAsync(key, terms, (messages, subscribed) => AnswerAsync(call, messages, subscribed), call.Gone);
        }
        finally
        {
            metrics.ReceiveEnds();
        }
    }

    private static TimeSpan AtMost(ApiCall call, string name, TimeSpan longest)
    {
        var value = call.Query.Duration(name) ?? TimeSpan.Zero;
        return value <= longest ? value : throw FieldText.Wrong(name, $"at most {Configuration.DurationText.Format(longest)}");
    }

    // The client may be gone by now without anybody's notice; then its leases end by themselves.
    private static async Task AnswerAsync(ApiCall call, PulledMessages messages, SubscriptionTerms subscribed)
    {
        call.Gone.ThrowIfCancellationRequested();
        await call.ReviewAsync();
        var response = call.Context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = ContentTypes.Json;
        response.Headers.CacheControl = "no-store";
        using (Utf8JsonWriter writer = new(response.BodyWriter, JsonAnswer.Options))
            DeliveredJson.Write(writer, messages, subscribed);
        "\n"u8.CopyTo(response.BodyWriter.GetSpan(1));
        response.BodyWriter.Advance(1);
        await response.BodyWriter.FlushAsync(call.Gone);
    }
}
