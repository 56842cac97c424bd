using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Client.Telemetry;

/// <summary>
/// Spans and metrics under the name <c>Forewave.Client</c>, with the names that OpenTelemetry has for messaging. Costs nothing
/// but a look at a flag while nobody listens. Thread-safe.
/// </summary>
internal static class ClientTelemetry
{
    public const string Name = "Forewave.Client";

    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";
    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Sent =
        Meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Messages that the broker answered.");

    private static readonly Counter<long> Consumed =
        Meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Messages that were delivered.");

    private static readonly Counter<long> Unsettled =
        Meter.CreateCounter<long>("forewave.client.unsettled.messages", "{message}", "Messages for which a settle was refused.");

    private static readonly Counter<long> LateReplies =
        Meter.CreateCounter<long>("forewave.client.request.late_replies", "{message}", "Replies that came when nobody waited for them any more.");

    /// <summary>A reply came when nobody waited for it any more.</summary>
    public static void NoteLateReply() => LateReplies.Add(1);

    /// <summary>A batch was answered.</summary>
    /// <param name="queue">Its queue.</param>
    /// <param name="messages">How many messages.</param>
    /// <param name="error">Why they were refused; null: stored.</param>
    public static void NoteSent(QueueBuffer queue, int messages, ForewaveException? error)
    {
        if (Sent.Enabled)
        {
            TagList tags = TagsOf(queue.Name);
            if (error is not null)
            {
                tags.Add("error.type", error.Code.ToString());
            }

            Sent.Add(messages, tags);
        }
    }

    /// <summary>Messages were delivered.</summary>
    public static void NoteConsumed(Consumer consumer, int messages)
    {
        if (Consumed.Enabled)
        {
            Consumed.Add(messages, TagsOf(consumer));
        }
    }

    /// <summary>Messages were settled in the background and that was refused.</summary>
    public static void NoteUnsettled(Consumer consumer, in UnsettledMessages messages)
    {
        if (Unsettled.Enabled)
        {
            TagList tags = TagsOf(consumer);
            tags.Add("error.type", messages.Error.Code.ToString());
            Unsettled.Add(messages.Count, tags);
        }
    }

    /// <summary>The message with the trace that it is published in: a span of its own when somebody listens.</summary>
    public static Message Traced(QueueName queue, in Message message)
    {
        if (!Source.HasListeners() && Activity.Current is null)
        {
            return message;
        }

        using Activity? created = Source.HasListeners() ? Source.StartActivity($"create {queue}", ActivityKind.Producer) : null;
        created?.SetTag("messaging.system", "forewave");
        created?.SetTag("messaging.destination.name", queue.Value);
        Activity? activity = created ?? Activity.Current;
        return activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? WithTrace(message, id, activity) : message;
    }

    /// <summary>Begins the span of a handler's work on a message, in the trace that it was published in; null: nobody listens.</summary>
    public static Activity? StartHandling(in ReceivedMessage message)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        bool isTraced = ActivityContext.TryParse(
            TextOf(message, "traceparent"u8), TextOf(message, "tracestate"u8), isRemote: true, out ActivityContext context);
        ActivityContext parent = isTraced ? context : default;
        Activity? activity = Source.StartActivity($"process {message.Queue}", ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.system", "forewave");
        activity?.SetTag("messaging.destination.name", message.Queue.Value);
        activity?.SetTag("messaging.consumer.group.name", message.Run.Consumer.Group.Value);
        activity?.SetTag("messaging.message.id", message.Id.ToString());
        return activity;
    }

    private static Message WithTrace(in Message message, string id, Activity activity)
    {
        foreach (KeyValuePair<string, ReadOnlyMemory<byte>> header in message.Headers.Span)
        {
            if (header.Key == TraceParent)
            {
                return message;
            }
        }

        List<KeyValuePair<string, ReadOnlyMemory<byte>>> headers = [.. message.Headers.Span, new(TraceParent, Encoding.ASCII.GetBytes(id))];
        if (!string.IsNullOrEmpty(activity.TraceStateString))
        {
            headers.Add(new(TraceState, Encoding.UTF8.GetBytes(activity.TraceStateString)));
        }

        return message with { Headers = headers.ToArray() };
    }

    private static string? TextOf(in ReceivedMessage message, ReadOnlySpan<byte> header) =>
        message.TryGetHeader(header, out ReadOnlyMemory<byte> value) ? Encoding.UTF8.GetString(value.Span) : null;

    private static TagList TagsOf(QueueName queue) => new() { { "messaging.system", "forewave" }, { "messaging.destination.name", queue.Value } };

    private static TagList TagsOf(Consumer consumer)
    {
        TagList tags = TagsOf(consumer.Queue);
        tags.Add("messaging.consumer.group.name", consumer.Group.Value);
        return tags;
    }
}
