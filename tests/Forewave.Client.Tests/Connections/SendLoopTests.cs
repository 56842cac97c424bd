using Forewave.Client.Connections;
using Forewave.Client.Tests.Fakes;

namespace Forewave.Client.Tests.Connections;

public sealed class SendLoopTests
{
    [Fact]
    public async Task Frames_keep_their_place_among_those_of_another_source_when_the_loop_is_at_one_of_them()
    {
        SlowTransport transport = new();
        SendLoop loop = new(transport);
        ControlFrames control = new();
        ControlFrames other = new();
        using CancellationTokenSource end = new();
        Task running = loop.RunAsync(end.Token);
        Add(control, 1);
        await transport.IsSendingAsync().Soon();

        Add(other, 2);
        Add(control, 3);
        transport.LetGo();
        byte[] sent = [await transport.SentAsync(), await transport.SentAsync(), await transport.SentAsync()];

        Assert.Equal<byte>([1, 2, 3], sent);
        await end.CancelAsync();
        await running.Soon();

        // Too long to be gathered with others: each is a send of its own.
        void Add(ControlFrames source, byte mark)
        {
            byte[] frame = new byte[32 * 1024];
            frame[0] = mark;
            source.Add(frame);
            loop.Signal(source);
        }
    }
}
