using System.Diagnostics;
using Forewave.Broker.Ingest;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Observability;

/// <summary>
/// Spans of messages from their frame being read to its answer being written, under the name <see cref="Name"/>: of messages whose
/// <c>traceparent</c> says that their trace is recorded, in that trace, and only while somebody listens. Any thread.
/// </summary>
internal static class StoreSpans
{
    /// <summary>The name of the activity source.</summary>
    public const string Name = "Forewave.Broker";

    /// <summary>Messages of a frame that have spans, the first ones: one frame may bring 10,000.</summary>
    public const int MostPerFrame = 64;

    private static readonly ActivitySource Source = new(Name, typeof(StoreSpans).Assembly.GetName().Version?.ToString(3));

    /// <summary>Begins those of a frame whose bytes are still there; null: none.</summary>
    public static List<StoreSpan>? Begin(PendingPublish publish) => Source.HasListeners() ? BeginAll(publish) : null;

    /// <summary>Ends those of a frame that was answered.</summary>
    public static void End(PendingPublish publish, PartitionNumber partition)
    {
        if (publish.Spans is not { } spans)
            return;
        var around = Activity.Current;
        foreach (var span in spans)
        {
            End(publish, span, partition);
            span.Span.Stop();
        }
        Activity.Current = around;
    }

    private static List<StoreSpan>? BeginAll(PendingPublish publish)
    {
        List<StoreSpan>? spans = null;
        var around = Activity.Current;
        for (int i = 0; i < publish.BatchCount; i++)
        {
            ref readonly var batch = ref publish.Batches[i];
            if (batch.Queue is null || batch.Messages.IsEmpty)
                continue;
            var run = new MessageRun(batch.Messages.Span);
            for (int message = 0; run.MoveNext() && (spans?.Count ?? 0) < MostPerFrame; message++)
            {
                if (TraceContext.RecordedOf(run.Current) is { } context && Begin(batch, context, run.Current.Length) is { } span)
                    (spans ??= []).Add(new StoreSpan(i, message, span));
                Activity.Current = around;
            }
        }
        return spans;
    }

    private static Activity? Begin(in PendingBatch batch, ActivityContext context, int encodedBytes)
    {
        var span = Source.StartActivity($"store {batch.Queue!.Name}", ActivityKind.Server, context);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("messaging.system", "forewave");
            span.SetTag("messaging.destination.name", batch.Queue.Name.Value);
            span.SetTag("messaging.operation.name", "store");
            span.SetTag("messaging.message.envelope.size", encodedBytes);
        }
        return span;
    }

    private static void End(PendingPublish publish, in StoreSpan span, PartitionNumber partition)
    {
        if (!span.Span.IsAllDataRequested)
            return;
        ref readonly var batch = ref publish.Batches[span.Batch];
        var position = batch.Positions is { } positions ? positions[span.Message]
            : batch.First == LogPosition.None ? LogPosition.None : batch.First.Plus((ulong)span.Message);
        var error = publish.IsLost ? ErrorCode.StoreUnavailable : batch.Error;
        if (publish.IsLost || position == LogPosition.None)
        {
            string name = ErrorTable.Entry(error == ErrorCode.None ? ErrorCode.OutcomeUnknown : error).Name;
            span.Span.SetTag("error.type", name);
            span.Span.SetStatus(ActivityStatusCode.Error, name);
            return;
        }
        span.Span.SetTag("messaging.destination.partition.id", partition.ToString());
        span.Span.SetTag("messaging.message.id", new MessageId(partition, position).ToString());
    }
}
