using System.Diagnostics;
using System.Diagnostics.Metrics;
using Forewave.Client.Tests.Fakes;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Telemetry;

/// <summary>Alone: who listens to spans listens to those of the whole process.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
[Collection(nameof(TelemetryTests))]
public sealed class TelemetryTests
{
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
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Forewave.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
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
