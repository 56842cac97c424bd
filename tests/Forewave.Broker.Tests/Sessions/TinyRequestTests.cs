using System.Buffers.Binary;
using Forewave.Broker.Tests.Fakes;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Sessions;

/// <summary>Alone, because it looks at what the whole process allocates.</summary>
[Collection(nameof(TinyRequestTests))]
[CollectionDefinition(nameof(TinyRequestTests), DisableParallelization = true)]
[Trait("Suite", "fuzz")]
public sealed class TinyRequestTests
{
    [Fact]
    public async Task Million_tiny_requests_are_answered_in_bounded_memory()
    {
        const int Requests = 1_000_000;
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        byte[] ping = TestClient.Encode(new V1.ClientFrame { Correlation = 5, Ping = new V1.Ping() });
        byte[] many = [.. Enumerable.Repeat(ping, 1_000).SelectMany(bytes => bytes)];
        long before = GC.GetTotalAllocatedBytes();

        var sending = Task.Run(async () =>
        {
            for (int i = 0; i < Requests / 1_000; i++)
                await client.SendBytesAsync(many);
        });
        long answered = 0;
        int frameBytes = 0;
        while (answered < Requests)
        {
            var result = await client.Input.ReadAsync();
            if (frameBytes == 0)
                frameBytes = 4 + (int)BinaryPrimitives.ReadUInt32BigEndian(result.Buffer.FirstSpan);
            long whole = result.Buffer.Length / frameBytes;
            answered += whole;
            client.Input.AdvanceTo(result.Buffer.GetPosition(whole * frameBytes), result.Buffer.End);
        }
        await sending;

        long each = (GC.GetTotalAllocatedBytes() - before) / Requests;
        Assert.True(each < 64, $"{each} bytes were allocated for each request");
    }
}
