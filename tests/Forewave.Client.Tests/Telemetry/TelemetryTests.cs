using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Forewave.Client.Consuming;
using Forewave.Client.Telemetry;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Telemetry;

/// <summary>Alone: who listens to spans listens to those of the whole process.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
[Collection(nameof(TelemetryTests))]
public sealed class TelemetryTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task Trace_of_the_caller_travels_in_the_headers()
    {
        await using Scene scene = await Scene.ProducingAsync();
        using Activity caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();

        _ = scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();
        await scene.Connection.AnswerQueueAsync("orders");
        V1.ClientFrame publish = await scene.PublishAsync();

        V1.Message sent = V1.Message.Parser.ParseFrom(publish.Publish.Batches[0].Messages[0]);
        V1.Header header = Assert.Single(sent.Headers, header => header.Name == "traceparent");
        Assert.Contains(caller.TraceId.ToHexString(), header.Value.ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_works_in_the_trace_of_the_message()
    {
        using ActivityListener listener = Listen([]);
        await using Scene scene = await Scene.ConsumingAsync();
        TaskCompletionSource<Activity?> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource end = new();
        Task running = scene.Consumer.RunAsync(
            (_, _) =>
            {
                seen.SetResult(Activity.Current);
                return default;
            },
            1,
            end.Token);
        V1.Message message = new();
        message.Headers.Add(new V1.Header { Name = "traceparent", Value = ByteString.CopyFromUtf8($"00-{Trace}-00f067aa0ba902b7-01") });
        V1.DeliveredRun run = FakeConnection.Run(1, 0);
        run.Messages.Add(message.ToByteString());

        await scene.Connection.DeliverAsync(run);
        Activity? activity = await seen.Task.Soon();
        await end.CancelAsync();
        await running.Soon();

        Assert.Equal((Trace, "00f067aa0ba902b7", "process orders"), (activity?.TraceId.ToHexString(), activity?.ParentSpanId.ToHexString(), activity?.OperationName));
    }

    [Fact]
    public async Task Publish_has_a_span_of_its_own_that_ends_with_the_answer()
    {
        ConcurrentQueue<Activity> ended = new();
        using ActivityListener listener = Listen(ended);
        await using Scene scene = await Scene.ProducingAsync();
        using Activity caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        caller.TraceStateString = "vendor=1";

        Task<Receipt> publishing = scene.Producer.PublishAsync(Scene.Queue, "abc"u8.ToArray()).AsTask();
        Assert.Same(caller, Activity.Current);
        await scene.Connection.AnswerQueueAsync("orders");
        V1.ClientFrame publish = await scene.PublishAsync();
        Assert.Empty(ended);
        await scene.Connection.AnswerPublishAsync(publish, 7);
        Receipt receipt = await publishing.Soon();

        Activity span = Assert.Single(ended);
        Assert.Equal(("publish orders", ActivityKind.Producer, caller.SpanId), (span.DisplayName, span.Kind, span.ParentSpanId));
        Assert.Equal(
            [
                ("messaging.destination.name", "orders"), ("messaging.destination.partition.id", "3"), ("messaging.message.body.size", "3"),
                ("messaging.message.id", receipt.MessageId.ToString()), ("messaging.operation.name", "publish"), ("messaging.operation.type", "send"),
                ("messaging.system", "forewave"),
            ],
            TagsOf(span));
        V1.Message sent = V1.Message.Parser.ParseFrom(publish.Publish.Batches[0].Messages[0]);
        Assert.Equal([("traceparent", span.Id!), ("tracestate", "vendor=1")], sent.Headers.Select(header => (header.Name, header.Value.ToStringUtf8())));
    }

    [Fact]
    public async Task Span_of_a_publish_that_is_refused_has_the_error()
    {
        ConcurrentQueue<Activity> ended = new();
        using ActivityListener listener = Listen(ended);
        await using Scene scene = await Scene.ProducingAsync();

        ForewaveException refusal = await Assert.ThrowsAsync<ForewaveException>(
            async () => await scene.Producer.PublishAsync(Scene.Queue, new Message("a"u8.ToArray()) { OrderingKey = "" }));

        Activity span = Assert.Single(ended);
        Assert.Equal((ActivityStatusCode.Error, refusal.Code.ToString(), "FieldInvalid"), (span.Status, span.StatusDescription, span.GetTagItem("error.type")));
    }

    [Fact]
    public async Task Messages_that_are_published_together_have_a_trace_each_that_their_publish_links_to()
    {
        ConcurrentQueue<Activity> ended = new();
        using ActivityListener listener = Listen(ended);
        await using Scene scene = await Scene.ProducingAsync();
        Message own = new("own"u8.ToArray())
        {
            Headers = new KeyValuePair<string, ReadOnlyMemory<byte>>[] { new("traceparent", Encoding.ASCII.GetBytes($"00-{Trace}-00f067aa0ba902b7-01")) },
        };

        Task publishing = scene.Producer.PublishManyAsync(Scene.Queue, [new Message("a"u8.ToArray()), own, new Message("b"u8.ToArray())]).AsTask();
        await scene.Connection.AnswerQueueAsync("orders");
        V1.ClientFrame publish = await scene.PublishAsync();
        await scene.Connection.AnswerPublishAsync(publish, 7);
        await publishing.Soon();

        Activity[] created = [.. ended.Where(span => span.DisplayName == "create orders")];
        Activity batch = Assert.Single(ended, span => span.DisplayName == "publish orders");
        Assert.Equal((2, ActivityKind.Client, 3), (created.Length, batch.Kind, batch.GetTagItem("messaging.batch.message_count")));
        Assert.Equal(
            [created[0].SpanId.ToHexString(), "00f067aa0ba902b7", created[1].SpanId.ToHexString()], batch.Links.Select(link => link.Context.SpanId.ToHexString()));
        IEnumerable<string> parents = publish.Publish.Batches.SelectMany(one => one.Messages).Select(message =>
            V1.Message.Parser.ParseFrom(message).Headers.Single().Value.ToStringUtf8());
        Assert.Equal([created[0].Id, $"00-{Trace}-00f067aa0ba902b7-01", created[1].Id], parents);
    }

    [Fact]
    public async Task Messages_that_are_received_together_are_linked_to()
    {
        ConcurrentQueue<Activity> ended = new();
        using ActivityListener listener = Listen(ended);
        await using Scene scene = await Scene.ConsumingAsync();
        await scene.Connection.DeliverAsync(TracedRun("00f067aa0ba902b7"), TracedRun("00f067aa0ba902b8", 2));

        IReadOnlyList<ReceivedMessage> messages = await scene.Consumer.ReceiveAsync(10, TimeSpan.FromSeconds(1)).AsTask().Soon();

        Activity span = Assert.Single(ended);
        Assert.Equal(("receive orders", ActivityKind.Client, messages.Count), (span.DisplayName, span.Kind, span.GetTagItem("messaging.batch.message_count")));
        Assert.All(span.Links, link => Assert.Equal(Trace, link.Context.TraceId.ToHexString()));
        Assert.Equal(messages.Count, span.Links.Count());
    }

    [Fact]
    public async Task Work_on_a_message_is_of_its_trace_whatever_it_is_a_part_of()
    {
        ConcurrentQueue<Activity> ended = new();
        using ActivityListener listener = Listen(ended);
        await using Scene scene = await Scene.ConsumingAsync();
        await scene.Connection.DeliverAsync(TracedRun("00f067aa0ba902b7"));
        List<ReceivedMessage> messages = await scene.ReceiveAsync(1);
        using Activity around = new Activity("around").SetIdFormat(ActivityIdFormat.W3C).Start();

        using (Activity? work = messages[0].StartProcessing())
        {
            Assert.Same(work, Activity.Current);
        }

        Activity span = Assert.Single(ended);
        Assert.Same(around, Activity.Current);
        Assert.Equal((Trace, "00f067aa0ba902b7", 1u), (span.TraceId.ToHexString(), span.ParentSpanId.ToHexString(), span.GetTagItem("messaging.forewave.attempt")));
        Assert.Equal(around.SpanId, Assert.Single(span.Links).Context.SpanId);
    }

    [Fact]
    public void Message_without_room_for_a_trace_goes_without_one()
    {
        using Activity span = new Activity("a").SetIdFormat(ActivityIdFormat.W3C).Start();
        span.TraceStateString = "vendor=" + new string('x', 200);
        KeyValuePair<string, ReadOnlyMemory<byte>>[] most = [.. Enumerable.Range(0, Limits.Headers).Select(i => new KeyValuePair<string, ReadOnlyMemory<byte>>($"h{i}", default))];
        KeyValuePair<string, ReadOnlyMemory<byte>>[] large = [new("h", new byte[Limits.HeadersBytes - 100])];

        Message full = TraceHeaders.In(span, new Message() { Headers = most });
        Message almost = TraceHeaders.In(span, new Message() { Headers = most.AsMemory(1) });
        Message tight = TraceHeaders.In(span, new Message() { Headers = large });
        Message body = TraceHeaders.In(span, new Message(new byte[Limits.MessageBytes - 50]));

        Assert.Equal((Limits.Headers, Limits.Headers, 2, 0), (full.Headers.Length, almost.Headers.Length, tight.Headers.Length, body.Headers.Length));
        Assert.Equal("traceparent", almost.Headers.Span[^1].Key);
    }

    [Fact]
    public async Task Publish_without_listener_and_span_allocates_nothing_for_them()
    {
        await using Scene scene = await Scene.ProducingAsync();
        Message message = new("a"u8.ToArray());
        Message traced = default;
        long least = long.MaxValue;
        for (int i = 0; i < 100; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            traced = ClientSpans.IsOn ? default : ClientSpans.InCurrent(message);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.False(ClientSpans.IsOn);
        Assert.Equal((0L, message), (least, traced));
    }

    [Fact]
    public async Task Answered_batches_and_handled_messages_are_measured_with_what_went_wrong()
    {
        ConcurrentQueue<(string Name, double Value, string Tags)> measured = new();
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Forewave.Client")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
            measured.Enqueue((instrument.Name, value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")))));
        listener.Start();
        await using Scene producing = await Scene.ProducingAsync();
        Task<Receipt> publishing = producing.Producer.PublishAsync(new("measured"), "a"u8.ToArray()).AsTask();
        await producing.Connection.AnswerQueueAsync("measured");
        V1.ClientFrame publish = await producing.PublishAsync();
        producing.Time.Advance(TimeSpan.FromSeconds(2));
        await producing.Connection.AnswerPublishAsync(publish, 7);
        await publishing.Soon();
        await using Scene consuming = await Scene.ConsumingAsync();
        using CancellationTokenSource end = new();
        Task running = consuming.Consumer.RunAsync((_, _) => throw new InvalidOperationException("no"), 1, end.Token);
        await consuming.Connection.DeliverAsync(FakeConnection.Run(1, 1));
        await consuming.SettleAsync();
        await end.CancelAsync();
        await running.Soon();

        Assert.Contains(
            ("messaging.client.operation.duration", 2.0, "messaging.system=forewave messaging.operation.name=publish messaging.destination.name=measured messaging.operation.type=send"),
            measured);
        Assert.Contains(
            measured,
            one => one.Name == "messaging.process.duration"
                && one.Tags == "messaging.system=forewave messaging.operation.name=process messaging.destination.name=orders messaging.consumer.group.name=mail error.type=System.InvalidOperationException");
    }

    private static ActivityListener Listen(ConcurrentQueue<Activity> ended)
    {
        ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Forewave.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static IEnumerable<(string, string)> TagsOf(Activity span) =>
        span.TagObjects.Select(tag => (tag.Key, tag.Value!.ToString()!)).OrderBy(tag => tag.Key, StringComparer.Ordinal);

    private static V1.DeliveredRun TracedRun(string span, long first = 1)
    {
        V1.Message message = new();
        message.Headers.Add(new V1.Header { Name = "traceparent", Value = ByteString.CopyFromUtf8($"00-{Trace}-{span}-01") });
        V1.DeliveredRun run = FakeConnection.Run(first, 0);
        run.Messages.Add(message.ToByteString());
        return run;
    }

    [Fact]
    public async Task Delivered_messages_are_counted_by_queue_and_group()
    {
        long counted = 0;
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Forewave.Client")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.Name == "messaging.client.consumed.messages" && tags.ToArray().Contains(new("messaging.destination.name", "counted")))
            {
                Interlocked.Add(ref counted, value);
            }
        });
        listener.Start();
        await using Scene scene = Scene.Start();
        scene.Client.CreateConsumer(new("counted"), Scene.Group);
        FakeConnection connection = await scene.Broker.AcceptAsync();
        await connection.AnswerSubscribeAsync();

        await connection.DeliverAsync(FakeConnection.Run(1, 3), FakeConnection.Run(7, 2));
        await connection.SettleDownAsync();

        Assert.Equal(5, Interlocked.Read(ref counted));
    }
}
