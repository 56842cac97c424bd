using System.Threading.Channels;
using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Integration.Tests.Scenarios;

/// <summary>Consumers of a single-active group hear who of them is active, over the wire, on the real broker in the process.</summary>
public abstract class ConsumerRoleScenarios(ScenarioBroker startBroker)
{
    private static readonly QueueName Queue = new("ledger");
    private static readonly GroupName Group = new("booking");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Consumer_hears_that_it_takes_over_when_the_active_one_closes()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await client.Administration.CreateQueueAsync(Queue);
        await client.Administration.CreateGroupAsync(Queue, Group, new GroupSettings { SingleActive = true });
        var heard = Channel.CreateBounded<(int Consumer, ConsumerRole Role)>(16);
        Consumer Create(int number) => client.CreateConsumer(
            Queue, Group, new ConsumerOptions { OnRoleChanged = role => heard.Writer.TryWrite((number, role)) });

        var one = Create(1);
        var first = await NextAsync(heard);
        await using var two = Create(2);
        var second = await NextAsync(heard);
        await one.DisposeAsync();
        var then = new[] { await NextAsync(heard), await NextAsync(heard) };

        Assert.Equal([(1, ConsumerRole.Active), (2, ConsumerRole.Passive)], [first, second]);
        Assert.Equal([(1, ConsumerRole.Unknown), (2, ConsumerRole.Active)], then.Order());
        Assert.Equal(ConsumerRole.Active, two.Role);
    }

    private static async Task<(int Consumer, ConsumerRole Role)> NextAsync(Channel<(int Consumer, ConsumerRole Role)> heard) =>
        await heard.Reader.ReadAsync().AsTask().WaitAsync(Soon);
}
