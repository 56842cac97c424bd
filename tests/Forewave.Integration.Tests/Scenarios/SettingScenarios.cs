using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Integration.Tests.Scenarios;

/// <summary>Live settings are kept as messages are: through restarts, with and without a checkpoint, on the real broker in the process.</summary>
public abstract class SettingScenarios(ScenarioBroker startBroker)
{
    [Fact]
    public async Task Settings_and_who_changed_them_are_the_same_after_each_restart_and_count()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        var settings = client.Administration.Settings;
        await settings.SetAsync(new SettingName("maxQueues"), "7");
        await settings.SetAsync(new SettingName("createQueues"), "false");
        await settings.SetAsync(new SettingName("maxQueues"), "1");

        for (int life = 0; life < 3; life++)
        {
            if (life == 1)
                await settings.UnsetAsync(new SettingName("createQueues"));
            var counts = (await settings.ListAsync()).ToDictionary(setting => setting.Name);
            Assert.Equal(("1", "live", true), (counts["maxQueues"].Value, counts["maxQueues"].Source, counts["maxQueues"].IsLive));
            Assert.Equal(life == 0 ? ("false", "live") : ("true", "default"), (counts["createQueues"].Value, counts["createQueues"].Source));
            Assert.False(counts["listen"].IsLive);
            string[] expected = ["maxQueues 7 1", "createQueues  false", "maxQueues  7"];
            Assert.Equal(life == 0 ? expected : ["createQueues false ", .. expected], (await settings.HistoryAsync()).Select(TextOf));
            await broker.RestartAsync();
        }

        await client.Administration.CreateQueueAsync(new QueueName("only"));
        var refused = await Assert.ThrowsAsync<ForewaveException>(async () => await client.Administration.CreateQueueAsync(new QueueName("another")));
        Assert.Equal(ErrorCode.TooManyQueues, refused.Code);
    }

    private static string TextOf(SettingChange change) => $"{change.Name} {change.Before} {change.After}";
}
