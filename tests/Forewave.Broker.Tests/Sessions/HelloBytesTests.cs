using System.Buffers;
using System.Buffers.Binary;
using Forewave.Broker.Sessions;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Sessions;

public sealed class HelloBytesTests
{
    [Fact]
    public void Hello_is_whole_after_its_last_byte_whatever_comes_at_once()
    {
        byte[] bytes = TestClient.Encode(new V1.ClientFrame { Correlation = 1, Hello = TestClient.Hello() });
        byte[] stream = [.. bytes, .. "what comes behind it"u8];
        for (int step = 1; step <= stream.Length; step++)
        {
            HelloBytes hello = new();
            int taken = 0;
            while (!hello.IsWhole)
            {
                ReadOnlySequence<byte> buffer = new(stream, taken, Math.Min(step, stream.Length - taken));
                var end = hello.Take(buffer, out var problem);
                Assert.True(problem.IsNone);
                taken += (int)buffer.Slice(0, end).Length;
            }

            Assert.Equal(bytes.Length, taken);
            Assert.Equal(bytes.AsSpan(4).ToArray(), hello.Frame.ToArray());
        }
    }

    [Theory]
    [InlineData(0u, ErrorCode.FrameBroken)]
    [InlineData(Limits.HelloFrameBytes + 1u, ErrorCode.FrameTooLarge)]
    [InlineData(0x16030100u, ErrorCode.FrameBroken)]
    public void Length_that_no_hello_has_is_refused_before_anything_of_it_is_kept(uint length, ErrorCode error)
    {
        byte[] bytes = new byte[8 * 1024];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, length);
        HelloBytes hello = new();

        hello.Take(new ReadOnlySequence<byte>(bytes), out var problem);

        Assert.Equal(error, problem.Code);
        Assert.False(hello.IsWhole);
    }

    [Fact]
    public async Task Frames_that_come_with_the_hello_are_answered_behind_it()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = TestClient.Connect(engine.Engine);
        byte[] hello = TestClient.Encode(new V1.ClientFrame { Correlation = 1, Hello = TestClient.Hello() });
        byte[] ping = TestClient.Encode(new V1.ClientFrame { Correlation = 2, Ping = new V1.Ping() });

        await client.SendBytesAsync(new byte[][] { hello, ping, ping[..3] }.SelectMany(bytes => bytes).ToArray());
        Assert.NotNull((await client.ReadAsync())!.Hello);
        Assert.NotNull((await client.ReadAsync())!.Pong);
        await client.SendBytesAsync(ping[3..]);
        Assert.NotNull((await client.ReadAsync())!.Pong);
    }
}
