using System.IO.Pipelines;
using Forewave.Broker.Sessions;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Sessions;

/// <summary>What a broker says that is not master: at once, or when there is another one.</summary>
public sealed class RefusedConnectionTests
{
    private readonly MovedTime _time = new();
    private readonly TaskCompletionSource _later = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(int Partition, ulong Epoch)> _asked = [];
    private string _address = "a:1";

    [Fact]
    public async Task Hello_that_waits_for_nothing_is_refused_at_once()
    {
        V1.Error error = await RefusedAsync(new V1.Hello { ProtocolVersion = 1 });

        Assert.Equal(((uint)ErrorCode.NotOwner, "a:1"), (error.Number, error.Text));
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Hello_that_waits_for_a_later_route_is_refused_when_it_is_known_with_what_is_known_then()
    {
        Task<V1.Error> refused = RefusedAsync(Waiting(3_000));
        Assert.False(refused.IsCompleted);
        _address = "b:1";
        _later.SetResult();

        Assert.Equal("b:1", (await refused).Text);
        Assert.Equal([(7, 12ul)], _asked);
    }

    [Theory]
    [InlineData(1_500u, 1_500)]
    [InlineData(60_000u, 4_000)]
    public async Task Refusal_waits_as_long_as_it_was_asked_to_and_no_longer_than_it_may(uint wait, int milliseconds)
    {
        Task<V1.Error> refused = RefusedAsync(Waiting(wait));

        await _time.MoveUntilAsync(refused, TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal("a:1", (await refused).Text);
    }

    private static V1.Hello Waiting(uint wait) => new()
    {
        ProtocolVersion = 1, Awaited = new V1.AwaitedRoute { Partition = 7, Epoch = 12, Wait = wait },
    };

    private async Task<V1.Error> RefusedAsync(V1.Hello hello)
    {
        (MemoryPipe broker, MemoryPipe client) = MemoryPipe.Pair();
        GeneratedFrame.Write(client.Output, new V1.ClientFrame { Correlation = 1, Hello = hello });
        await client.Output.FlushAsync();
        Refusal refusal = new()
        {
            Why = () => new V1.Error { Number = (uint)ErrorCode.NotOwner, Text = _address },
            LaterAsync = (partition, epoch, _) =>
            {
                _asked.Add((partition.Value, epoch));
                return _later.Task;
            },
        };
        SessionEnd end = await RefusedConnection.RunAsync(broker, refusal, _time, CancellationToken.None);
        ReadResult read = await client.Input.ReadAsync();
        Assert.Equal(SessionEnd.Finished, end);
        return V1.ServerFrame.Parser.ParseFrom(read.Buffer.Slice(FrameDecoder.LengthBytes)).Error;
    }
}
