using System.Diagnostics;
using System.Diagnostics.Metrics;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Client.Telemetry;

/// <summary>
/// Metrics under the name <c>Forewave.Client</c>, with the names that OpenTelemetry has for messaging. Costs nothing but a look at a flag
/// while nobody listens. Thread-safe.
/// </summary>
internal static class ClientTelemetry
{
    public const string Name = "Forewave.Client";

    // Those that the conventions advise for durations.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private static readonly Meter Meter = new(Name, Version);

    private static readonly Counter<long> Sent =
        Meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Messages that the broker answered.");

    private static readonly Counter<long> Consumed =
        Meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Messages that were delivered.");

    private static readonly Counter<long> Unsettled =
        Meter.CreateCounter<long>("forewave.client.unsettled.messages", "{message}", "Messages for which a settle was refused.");

    private static readonly Counter<long> LateReplies =
        Meter.CreateCounter<long>("forewave.client.request.late_replies", "{message}", "Replies that came when nobody waited for them any more.");

    private static readonly Histogram<double> Operations = Meter.CreateHistogram(
        "messaging.client.operation.duration", "s", "From the first message of a batch to the broker's answer to it.", tags: null, Seconds);

    private static readonly Histogram<double> Handled = Meter.CreateHistogram(
        "messaging.process.duration", "s", "How long a handler took for a message.", tags: null, Seconds);

    /// <summary>The version that spans and metrics name.</summary>
    public static string? Version => typeof(ClientTelemetry).Assembly.GetName().Version?.ToString(3);

    /// <summary>A reply came when nobody waited for it any more.</summary>
    public static void NoteLateReply() => LateReplies.Add(1);

    /// <summary>A batch was answered.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="error">Why it was refused; null: stored.</param>
    /// <param name="time">The clock that said when it began.</param>
    public static void NoteSent(Batch batch, ForewaveException? error, TimeProvider time)
    {
        if (!Sent.Enabled && !Operations.Enabled)
        {
            return;
        }

        TagList tags = TagsOf(batch.Queue.Name, "publish");
        tags.Add("messaging.operation.type", "send");
        if (error is not null)
        {
            tags.Add("error.type", error.Code.ToString());
        }

        Sent.Add(batch.Count, tags);
        Operations.Record(time.GetElapsedTime(batch.Begun).TotalSeconds, tags);
    }

    /// <summary>Messages were delivered.</summary>
    public static void NoteConsumed(Consumer consumer, int messages)
    {
        if (Consumed.Enabled)
        {
            Consumed.Add(messages, TagsOf(consumer, "receive"));
        }
    }

    /// <summary>Messages were settled in the background and that was refused.</summary>
    public static void NoteUnsettled(Consumer consumer, in UnsettledMessages messages)
    {
        if (Unsettled.Enabled)
        {
            TagList tags = TagsOf(consumer, "settle");
            tags.Add("error.type", messages.Error.Code.ToString());
            Unsettled.Add(messages.Count, tags);
        }
    }

    /// <summary>A handler has ended.</summary>
    /// <param name="consumer">Whose.</param>
    /// <param name="begun">When it began, in the ticks of the consumer's clock.</param>
    /// <param name="failure">What it threw; null: it returned.</param>
    public static void NoteHandled(Consumer consumer, long begun, Exception? failure)
    {
        if (!Handled.Enabled)
        {
            return;
        }

        TagList tags = TagsOf(consumer, "process");
        if (failure is not null)
        {
            tags.Add("error.type", failure.GetType().FullName);
        }

        Handled.Record(consumer.Time.GetElapsedTime(begun).TotalSeconds, tags);
    }

    private static TagList TagsOf(QueueName queue, string operation) => new()
    {
        { "messaging.system", "forewave" }, { "messaging.operation.name", operation }, { "messaging.destination.name", queue.Value },
    };

    private static TagList TagsOf(Consumer consumer, string operation)
    {
        TagList tags = TagsOf(consumer.Queue, operation);
        tags.Add("messaging.consumer.group.name", consumer.Group.Value);
        return tags;
    }
}
