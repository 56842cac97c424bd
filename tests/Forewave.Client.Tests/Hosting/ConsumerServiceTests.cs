using System.Threading.Channels;
using Forewave.Client.Consuming;
using Forewave.Client.Hosting;
using Forewave.Client.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Hosting;

public sealed class ConsumerServiceTests
{
    [Fact]
    public async Task Handler_is_made_in_a_scope_of_its_own_for_each_message()
    {
        FakeBroker broker = new();
        Channel<Scoped> handled = Channel.CreateBounded<Scoped>(10);
        ServiceCollection services = new();
        services.AddSingleton(handled.Writer);
        services.AddScoped<Scoped>();
        services.AddForewave(broker.Options);
        services.AddForewaveConsumer<Handler>(new ForewaveConsumerOptions { Queue = Scene.Queue, Group = Scene.Group });
        await using ServiceProvider provider = services.BuildServiceProvider();
        IHostedService service = Assert.Single(provider.GetServices<IHostedService>());

        await service.StartAsync(CancellationToken.None);
        FakeConnection connection = await broker.AcceptAsync();
        await connection.AnswerSubscribeAsync();
        await connection.DeliverAsync(FakeConnection.Run(1, 2));
        Scoped first = await handled.Reader.ReadAsync().Soon();
        Scoped second = await handled.Reader.ReadAsync().Soon();
        Task stopping = service.StopAsync(CancellationToken.None);
        uint acked = 0;
        for (bool left = true; left || acked < 2;)
        {
            V1.ClientFrame frame = await connection.ExpectPastCreditAsync(Command.Settle, Command.Unsubscribe);
            if (frame.Settle is { } settle)
            {
                acked += (uint)settle.Runs.Sum(run => run.Count);
                await connection.AnswerSettleAsync(frame);
            }
            else
            {
                left = false;
                await connection.AnswerAsync(frame, new V1.ServerFrame { Unsubscribed = new V1.Unsubscribed() });
            }
        }

        await stopping.Soon();
        Assert.NotSame(first, second);
        Assert.True(first.IsDisposed);
    }

    internal sealed class Scoped : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    internal sealed class Handler(Scoped scoped, ChannelWriter<Scoped> handled) : IMessageHandler
    {
        public ValueTask HandleAsync(ReceivedMessage message, CancellationToken cancellation) => handled.WriteAsync(scoped, cancellation);
    }
}
