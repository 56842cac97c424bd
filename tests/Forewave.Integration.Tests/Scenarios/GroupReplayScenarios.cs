using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Integration.Tests.Scenarios;

/// <summary>A range comes to one group once more, over the wire, on the real broker in the process.</summary>
public abstract class GroupReplayScenarios(ScenarioBroker startBroker)
{
    private static readonly QueueName Queue = new("orders");
    private static readonly GroupName Group = new("billing");

    [Fact]
    public async Task Range_comes_once_more_beside_what_the_group_gets_and_is_shown()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        await using var consumer = client.CreateConsumer(Queue, Group);
        for (int i = 1; i <= 5; i++)
            await producer.PublishAsync(Queue, new[] { (byte)i });
        byte[] first = await TakeAsync(consumer, 5);
        var range = new ReplayRange { FromOffset = new Offset(2), ToOffset = new Offset(4) };

        var counted = await client.Administration.Groups.TryReplayAsync(Queue, Group, range);
        var begun = await client.Administration.Groups.ReplayAsync(Queue, Group, range);
        byte[] again = await TakeAsync(consumer, 3);
        var group = await client.Administration.ShowGroupAsync(Queue, Group);

        Assert.Equal([1, 2, 3, 4, 5], first);
        Assert.Equal((3, 0, 0), (counted.Settled, counted.Pending, counted.Dead));
        Assert.Null(counted.Group.Replay);
        Assert.Equal((3, ReplayState.Running), (begun.Settled, begun.Group.Replay!.State));
        Assert.Equal([2, 3, 4], again);
        Assert.Equal((ReplayState.Done, 3, 0, 3), (group.Replay!.State, group.Replay.Total, group.Replay.Left, group.Replay.Delivered));
        Assert.Equal(new Offset(6), group.ReadOffset);
    }

    [Fact]
    public async Task What_cannot_be_replayed_is_refused_with_its_number()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        await producer.PublishAsync(Queue, "m"u8.ToArray());
        await client.Administration.CreateGroupAsync(Queue, Group);
        var groups = client.Administration.Groups;

        var outside = await RefusedAsync(groups.ReplayAsync(Queue, Group, new ReplayRange { ToOffset = new Offset(9) }).AsTask());
        var rate = await RefusedAsync(groups.ReplayAsync(Queue, Group, new ReplayRange { Rate = -1 }).AsTask());
        var none = await RefusedAsync(groups.CancelReplayAsync(Queue, Group).AsTask());

        Assert.Equal([ErrorCode.ReplayRangeInvalid, ErrorCode.FieldInvalid, ErrorCode.NoReplay], [outside, rate, none]);
    }

    private static async Task<ErrorCode> RefusedAsync(Task call) => (await Assert.ThrowsAsync<ForewaveException>(() => call)).Code;

    private static async Task<byte[]> TakeAsync(Consumer consumer, int count)
    {
        var bodies = new List<byte>();
        await foreach (var message in consumer)
        {
            bodies.Add(message.Body.Span[0]);
            await message.AckAsync();
            if (bodies.Count == count)
                break;
        }
        return [.. bodies];
    }
}
