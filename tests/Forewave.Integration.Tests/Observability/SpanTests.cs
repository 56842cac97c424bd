using System.Collections.Concurrent;
using System.Diagnostics;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Integration.Tests.Http;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Integration.Tests.Observability;

/// <summary>
/// One trace from a message's producer to every consumer, whatever happens to it on the way. Alone: who listens to spans listens to those
/// of the whole process.
/// </summary>
[Trait("Suite", "scenario")]
[CollectionDefinition(nameof(SpanTests), DisableParallelization = true)]
[Collection(nameof(SpanTests))]
public sealed class SpanTests : IClassFixture<HttpBroker>, IDisposable
{
    private static readonly QueueName Queue = new("orders");
    private static readonly GroupName Group = new("warehouse");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;
    private readonly HttpBroker _http;

    public SpanTests(HttpBroker http)
    {
        _http = http;
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Forewave.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Retries_dead_letters_and_redrives_are_of_the_trace_of_their_message()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        using Activity order = new Activity("order").SetIdFormat(ActivityIdFormat.W3C).Start();

        var receipt = await producer.PublishAsync(Queue, "m"u8.ToArray());
        await HandleAsync(client, message => message.NackAsync(TimeSpan.FromMilliseconds(1), "busy"));
        broker.Clock.Advance(TimeSpan.FromSeconds(1));
        await HandleAsync(client, message => message.RejectAsync("cannot be read"));
        await client.WaitForOutcomeAsync(receipt.MessageId, Group, Soon);
        await broker.RestartAsync();
        await client.Administration.RedriveAsync(Queue, Group);
        await HandleAsync(client, message => message.AckAsync());

        var ours = _ended.Where(span => span.TraceId == order.TraceId).ToArray();
        var publish = Assert.Single(ours, span => span.DisplayName == "publish orders");
        var store = Assert.Single(ours, span => span.DisplayName == "store orders");
        var process = ours.Where(span => span.DisplayName == "process orders").ToArray();
        Assert.Equal((order.SpanId, ActivityKind.Producer, receipt.MessageId.ToString()), (publish.ParentSpanId, publish.Kind, publish.GetTagItem("messaging.message.id")));
        Assert.Equal((publish.SpanId, ActivityKind.Server, receipt.MessageId.ToString()), (store.ParentSpanId, store.Kind, store.GetTagItem("messaging.message.id")));
        Assert.Equal(3, process.Length);
        Assert.All(process, span => Assert.Equal((publish.SpanId, ActivityKind.Consumer), (span.ParentSpanId, span.Kind)));
        Assert.Equal([null, null, true], process.Select(span => span.GetTagItem("messaging.forewave.redriven")));
        var trace = await client.Administration.Messages.TraceAsync(receipt.MessageId);
        Assert.Equal((order.TraceId.ToHexString(), publish.Id), (trace.TraceId, trace.TraceParent));
    }

    [Fact]
    public async Task Scheduled_message_is_of_the_trace_that_it_was_published_in()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        using Activity order = new Activity("order").SetIdFormat(ActivityIdFormat.W3C).Start();
        await producer.PublishAsync(Queue, new Message("m"u8.ToArray()) { Delay = TimeSpan.FromHours(1) });
        broker.Clock.Advance(TimeSpan.FromHours(2));

        await HandleAsync(client, message => message.AckAsync());

        Assert.Single(_ended, span => span.TraceId == order.TraceId && span.DisplayName == "process orders");
    }

    [Fact]
    public async Task Reply_is_of_the_trace_of_its_request()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var client = broker.CreateClient();
        using Activity call = new Activity("call").SetIdFormat(ActivityIdFormat.W3C).Start();
        await using var requester = client.CreateRequester();
        await using var consumer = client.CreateConsumer(Queue, Group);
        await using var replier = client.CreateReplier();
        using CancellationTokenSource end = new();
        var serving = replier.RunAsync(consumer, (_, _) => ValueTask.FromResult(new Message("answer"u8.ToArray())), cancellation: end.Token);

        await requester.RequestAsync(Queue, new Message("question"u8.ToArray()), Soon);
        await end.CancelAsync();
        await serving;

        var ours = _ended.Where(span => span.TraceId == call.TraceId).Select(span => span.DisplayName.Split(' ')[0]).ToArray();
        Assert.Equal(2, ours.Count(name => name == "publish"));
        Assert.Equal(1, ours.Count(name => name == "process"));
    }

    [Fact]
    public async Task Request_over_http_and_its_message_are_of_the_trace_that_it_names()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        const string Caller = "b7ad6b7169203331";

        var (status, answer) = await _http.AskAsync(
            "POST", "/v1/queues/traced/messages", "m", ("traceparent", $"00-{Trace}-{Caller}-01"), ("tracestate", "vendor=1"));
        string id = answer.GetProperty("messageId").GetString()!;
        var (_, trace) = await _http.AskAsync("GET", $"/v1/queues/traced/messages/{id}/trace");

        Assert.Equal(201, status);
        var ours = _ended.Where(span => span.TraceId.ToHexString() == Trace).ToArray();
        var request = Assert.Single(ours, span => span.DisplayName == "POST /v1/queues/{queue}/messages");
        Assert.Equal((Caller, ActivityKind.Server, 201), (request.ParentSpanId.ToHexString(), request.Kind, request.GetTagItem("http.response.status_code")));
        var publish = Assert.Single(ours, span => span.DisplayName == "publish traced");
        Assert.Equal((request.SpanId, "vendor=1"), (publish.ParentSpanId, publish.TraceStateString));
        Assert.Equal((Trace, publish.Id), (trace.GetProperty("traceId").GetString(), trace.GetProperty("traceparent").GetString()));
    }

    [Fact]
    public async Task Request_over_http_that_fails_has_its_status_and_no_error_where_the_caller_made_it()
    {
        const string Trace = "1af7651916cd43dd8448eb211c80319c";

        var (status, _) = await _http.AskAsync("GET", "/v1/queues/none.such", null, ("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));

        var request = Assert.Single(_ended, span => span.TraceId.ToHexString() == Trace);
        Assert.Equal((404, ActivityStatusCode.Unset), (request.GetTagItem("http.response.status_code"), request.Status));
        Assert.Equal(404, status);
    }

    private static async Task HandleAsync(ForewaveClient client, Func<ReceivedMessage, ValueTask> settle)
    {
        // The consumer's work is no part of who happens to start it.
        Activity.Current = null;
        await using var consumer = client.CreateConsumer(Queue, Group);
        var message = Assert.Single(await consumer.ReceiveAsync(1, Soon));
        using var span = message.StartProcessing();
        await settle(message);
    }
}
