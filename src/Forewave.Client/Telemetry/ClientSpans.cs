using System.Diagnostics;
using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Client.Telemetry;

/// <summary>
/// The spans of the client, under the name <c>Forewave.Client</c>, as OpenTelemetry has them for messaging: <c>publish</c> (with a
/// <c>create</c> for each message of a batch), <c>receive</c> and <c>process</c>. Costs a look at a flag while nobody listens. Thread-safe.
/// </summary>
internal static class ClientSpans
{
    private static readonly ActivitySource Source = new(ClientTelemetry.Name, ClientTelemetry.Version);

    /// <summary>Somebody listens.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>Without a span of its own: a message in the trace of its caller, where there is one.</summary>
    public static Message InCurrent(in Message message) => Activity.Current is { } current ? TraceHeaders.In(current, message) : message;

    /// <summary>Begins the publish of one message; null: not this one. It is the current span from then on.</summary>
    public static Activity? StartPublish(QueueName queue, in Message message)
    {
        ActivityContext given = TraceHeaders.ContextOf(message);
        ActivityLink[]? links = given == default ? null : [new ActivityLink(given)];
        QueueSpans spans = QueueSpans.Of(queue);
        Activity? span = Source.StartActivity(spans.PublishName, ActivityKind.Producer, default(ActivityContext), spans.Publishing, links);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("messaging.message.body.size", message.Body.Length);
        }

        return span;
    }

    /// <summary>Messages that are published together, each in the trace of a span of its own, with what links their publish to them.</summary>
    public static (Message[] Messages, ActivityLink[] Links) Create(QueueName queue, IReadOnlyList<Message> messages)
    {
        Message[] traced = new Message[messages.Count];
        List<ActivityLink> links = new(messages.Count);
        QueueSpans spans = QueueSpans.Of(queue);
        for (int i = 0; i < traced.Length; i++)
        {
            Message message = messages[i];
            ActivityContext context = TraceHeaders.ContextOf(message);
            if (context == default)
            {
                using Activity? created = Source.StartActivity(spans.CreateName, ActivityKind.Producer, default(ActivityContext), spans.Creating);
                traced[i] = TraceHeaders.In(created ?? Activity.Current, message);
                context = created?.Context ?? default;
            }
            else
            {
                traced[i] = message;
            }

            if (context != default)
            {
                links.Add(new ActivityLink(context));
            }
        }

        return (traced, [.. links]);
    }

    /// <summary>Begins the publish of many messages, which have their traces already; null: nobody wants it.</summary>
    public static Activity? StartPublish(QueueName queue, ActivityLink[] links, int messages)
    {
        QueueSpans spans = QueueSpans.Of(queue);
        Activity? span = Source.StartActivity(spans.PublishName, ActivityKind.Client, default(ActivityContext), spans.Publishing, links);
        span?.SetTag("messaging.batch.message_count", messages);
        return span;
    }

    /// <summary>The message is stored.</summary>
    public static void Stored(Activity? span, in Receipt receipt)
    {
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("messaging.message.id", receipt.MessageId.ToString());
            span.SetTag("messaging.destination.partition.id", receipt.MessageId.Partition.ToString());
        }
    }

    /// <summary>It failed, or the wait for it ended.</summary>
    public static void Failed(Activity? span, Exception failure)
    {
        if (span is { IsAllDataRequested: true })
        {
            string error = failure is ForewaveException { Code: var code } ? code.ToString() : failure.GetType().FullName!;
            span.SetTag("error.type", error);
            span.SetStatus(ActivityStatusCode.Error, error);
        }
    }

    /// <summary>Ends a span that is not the current one, and leaves that alone.</summary>
    public static void End(Activity span)
    {
        Activity? current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }

    /// <summary>Ends a span of what did not happen: nobody is told of it.</summary>
    public static void Abandon(Activity span)
    {
        span.IsAllDataRequested = false;
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        End(span);
    }

    /// <summary>Messages were received, when that was asked for at a time.</summary>
    public static void Received(Consumer consumer, IReadOnlyList<ReceivedMessage> messages, DateTimeOffset begun)
    {
        if (messages.Count == 0)
        {
            return;
        }

        IEnumerable<ActivityLink> links = messages.Select(static message => TraceHeaders.ContextOf(message)).Where(static context => context != default)
            .Select(static context => new ActivityLink(context));
        QueueSpans spans = QueueSpans.Of(consumer.Queue);
        using Activity? span = Source.StartActivity(
            spans.ReceiveName, ActivityKind.Client, default(ActivityContext), Consuming(consumer, spans.Receiving), links, begun);
        span?.SetTag("messaging.batch.message_count", messages.Count);
    }

    /// <summary>Begins the work on a message, in the trace that it was published in; null: nobody listens, or not to this one.</summary>
    public static Activity? StartProcess(in ReceivedMessage message)
    {
        if (!IsOn)
        {
            return null;
        }

        // Work that is a part of something else is of the message's trace all the same, which is one from its producer on: a link joins them.
        ActivityContext created = TraceHeaders.ContextOf(message);
        ActivityLink[]? links = created != default && Activity.Current is { } around ? [new ActivityLink(around.Context)] : null;
        QueueSpans spans = QueueSpans.Of(message.Queue);
        Activity? span = Source.StartActivity(
            spans.ProcessName, ActivityKind.Consumer, created, Consuming(message.Run.Consumer, spans.Processing), links);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("messaging.message.id", message.Id.ToString());
            span.SetTag("messaging.destination.partition.id", message.Id.Partition.ToString());
            span.SetTag("messaging.message.body.size", message.Body.Length);
            span.SetTag("messaging.forewave.attempt", message.Attempt.Value);
            if (message.IsRedriven)
            {
                span.SetTag("messaging.forewave.redriven", true);
            }
        }

        return span;
    }

    private static KeyValuePair<string, object?>[] Consuming(Consumer consumer, KeyValuePair<string, object?>[] tags) =>
        [.. tags, new("messaging.consumer.group.name", consumer.Group.Value)];
}
