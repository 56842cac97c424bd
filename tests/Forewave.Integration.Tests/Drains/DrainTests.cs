using System.Collections.Concurrent;
using Forewave.Client;
using Forewave.Integration.Tests.Processes;
using Forewave.Server;

namespace Forewave.Integration.Tests.Drains;

/// <summary>
/// Clients under load whose broker says that it goes away: no call fails, nothing is lost, nothing comes twice, no attempt is
/// counted.
/// </summary>
[Trait("Suite", "scenario")]
public sealed class DrainTests
{
    private const int Drains = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Clients_go_on_over_other_connections_when_theirs_are_drained()
    {
        using TemporaryFolder folder = new();
        await using ForewaveBroker broker = new(new ForewaveBrokerOptions { DataFolder = folder["data"], MinFreeBytes = 0 });
        await broker.StartAsync();
        ConcurrentQueue<FramePipe> pipes = new();
        await using ForewaveClient client = new(new ForewaveClientOptions
        {
            Connector = async cancellation =>
            {
                FramePipe pipe = new(await broker.ConnectAsync(cancellation));
                pipes.Enqueue(pipe);
                return pipe;
            },
        });
        await using Load load = new(client);

        for (int drain = 0; drain < Drains; drain++)
        {
            await load.WaitForMoreAsync(500);
            Assert.True(pipes.TryDequeue(out var pipe));
            Assert.True(await pipe.GoAwayAsync(TimeSpan.FromSeconds(20)));
            await pipe.Pumping.WaitAsync(Patience);
        }

        await load.FinishAsync();
        await load.AssertEachOnceAtItsFirstAttemptAsync();
        Assert.Single(pipes);
    }

    [Fact]
    public async Task Clients_go_on_when_the_broker_is_stopped_cleanly_and_started_again()
    {
        using TemporaryFolder folder = new();
        ForewaveBrokerOptions options = new() { DataFolder = folder["data"], MinFreeBytes = 0 };
        ForewaveBroker broker = new(options);
        await broker.StartAsync();
        await using ForewaveClient client = new(new ForewaveClientOptions { Connector = cancellation => Volatile.Read(ref broker).ConnectAsync(cancellation) });
        await using Load load = new(client);

        for (int drain = 0; drain < 3; drain++)
        {
            await load.WaitForMoreAsync(500);
            await broker.StopAsync();
            ForewaveBroker next = new(options);
            await next.StartAsync();
            Volatile.Write(ref broker, next);
        }

        await load.FinishAsync();
        await load.AssertEachOnceAtItsFirstAttemptAsync();
        await broker.StopAsync();
    }
}
