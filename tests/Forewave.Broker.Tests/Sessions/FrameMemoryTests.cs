using Forewave.Broker.Sessions;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Sessions;

/// <summary>Many connections begin large frames at once: the broker takes memory for a few, the others wait, none is dropped.</summary>
public sealed class FrameMemoryTests
{
    private const int FrameBytes = 1024 * 1024;
    private static readonly BrokerOptions _one = new() { FrameMemoryBytes = 5 * FrameBytes };

    [Fact]
    public async Task Memory_is_bounded_and_every_frame_is_answered_when_all_connections_send_large_ones()
    {
        const int Connections = 20;
        await using var engine = await TestEngine.StartAsync(options: _one);
        var clients = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => TestClient.GreetedAsync(engine.Engine)));
        byte[] frame = Frame();

        var halves = clients.Select(client => client.SendBytesAsync(frame.AsMemory(0, FrameBytes / 2))).ToArray();
        await Task.WhenAny(halves);
        long most = engine.Gauge("forewave.frames.memory");
        await Task.WhenAll(clients.Zip(halves, (client, half) => SendRestAndReadAsync(engine, client, frame, half)));

        Assert.InRange(most, 0, _one.FrameMemoryBytes);
        Assert.Equal(0, engine.Gauge("forewave.frames.memory"));
        Assert.Equal(0, engine.Gauge("forewave.frames.waiting"));
    }

    [Fact]
    public async Task Small_frames_are_answered_while_large_ones_have_taken_all_memory()
    {
        await using var engine = await TestEngine.StartAsync(options: _one);
        var large = await TestClient.GreetedAsync(engine.Engine);
        await large.SendBytesAsync(Frame().AsMemory(0, 100_000));
        var small = await TestClient.GreetedAsync(engine.Engine);

        var answer = await small.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });

        Assert.NotNull(answer.Pong);
    }

    [Fact]
    public async Task Line_moves_on_when_one_who_waited_goes_away()
    {
        var memory = new FrameMemory(100);
        using var gone = new CancellationTokenSource();
        await memory.TakeAsync(60, CancellationToken.None);
        var first = memory.TakeAsync(60, gone.Token);
        var second = memory.TakeAsync(40, CancellationToken.None);
        Assert.False(second.IsCompleted);

        await gone.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => first);
        await second;

        Assert.Equal(100, memory.Bytes);
        memory.Give(60);
        memory.Give(40);
        Assert.Equal(0, memory.Bytes);
    }

    [Fact]
    public async Task Frame_larger_than_the_budget_gets_its_memory_when_nobody_else_has_any()
    {
        var memory = new FrameMemory(100);

        await memory.TakeAsync(1_000, CancellationToken.None);

        Assert.Equal(1_000, memory.Bytes);
        Assert.False(memory.TakeAsync(1, CancellationToken.None).IsCompleted);
    }

    private static async Task SendRestAndReadAsync(TestEngine engine, TestClient client, byte[] frame, Task half)
    {
        await half;
        await client.SendBytesAsync(frame.AsMemory(FrameBytes / 2));
        var answer = await client.ReadAsync();
        Assert.InRange(engine.Gauge("forewave.frames.memory"), 0, _one.FrameMemoryBytes);
        Assert.NotNull(answer);
        Assert.False(client.Session.IsCompleted);
    }

    // A publish that is refused: nobody has opened the producer.
    private static byte[] Frame()
    {
        var batch = new V1.PublishBatch { Queue = 1, FirstSequence = 1 };
        batch.Messages.Add(new V1.Message { Body = ByteString.CopyFrom(new byte[FrameBytes]) }.ToByteString());
        return TestClient.Encode(TestClient.PublishFrame(producer: 99, batch));
    }
}
