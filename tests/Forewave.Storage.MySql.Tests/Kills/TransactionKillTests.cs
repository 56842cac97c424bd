using Forewave.Integration.Tests.Processes;
using Forewave.Storage.MySql.Tests.Conformance;
using Forewave.Storage.MySql.Tests.Server;
using Forewave.Storage.MySql.Tests.Transactions;
using Xunit.Abstractions;

namespace Forewave.Storage.MySql.Tests.Kills;

/// <summary>
/// kill -9 of the program that begins transactions, of the broker and of the database, before and in every durable step: begun, prepared, local
/// commit, decided. The business database is the truth, and check-backs are answered from it: see <see cref="ShopAudit"/>. FOREWAVE_SEED
/// replays the plan of a run, and what the shop does; not the moment to the microsecond.
/// </summary>
[Collection(MariaDbGroup.Name)]
public sealed class TransactionKillTests(MariaDbServer server, ITestOutputHelper output)
{
    private const int NightlyKills = 20;

    [Theory]
    [Trait("Suite", "kill")]
    [InlineData(KillTarget.Producer)]
    [InlineData(KillTarget.Broker)]
    public async Task Messages_come_exactly_where_the_order_was_committed_through_kills(KillTarget target)
    {
        await using var broker = await ServerProcess.StartedAsync();

        await RunAsync(broker, target, kills: 3);
    }

    [Theory]
    [Trait("Suite", "mysql")]
    [InlineData(KillTarget.Producer)]
    [InlineData(KillTarget.Broker)]
    [InlineData(KillTarget.Database)]
    public async Task Messages_in_a_database_come_exactly_where_the_order_was_committed_through_kills(KillTarget target)
    {
        await using var place = new DatabasePlace(server);
        await using var broker = await ServerProcess.StartedAsync(
            ["--store", "mysql", "--mysql", $"socket={server.Socket};user=forewave;password=secret;schema={place.Names.Queues}"]);

        await RunAsync(broker, target, kills: 2);
    }

    private async Task RunAsync(ServerProcess broker, KillTarget target, int kills)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("FOREWAVE_SEED"), out int given) ? given : Random.Shared.Next();
        kills = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") == "1" ? NightlyKills : kills;
        output.WriteLine($"FOREWAVE_SEED={seed}, {kills} kills of the {target}");
        await using TransactionKillRun run = new(server, broker, output);

        var violations = await run.RunAsync(target, kills, new Random(seed));

        Assert.True(violations.Count == 0, $"FOREWAVE_SEED={seed}: {string.Join(Environment.NewLine, violations.Take(20))}\n{broker.Log}");
    }
}
