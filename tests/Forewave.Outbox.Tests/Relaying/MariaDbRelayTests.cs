using System.Data.Common;
using Forewave.Outbox.Tests.Databases;
using Forewave.Testing;

namespace Forewave.Outbox.Tests.Relaying;

[Trait("Suite", "outbox")]
public sealed class MariaDbRelayTests(MariaDb server) : ServerRelayConformance(server), IClassFixture<MariaDb>
{
    private const string Settings = """
        SELECT CAST(GROUP_CONCAT(variable_name, '=', variable_value ORDER BY variable_name) AS CHAR) FROM information_schema.session_variables
        WHERE variable_name IN ('sql_notes', 'wait_timeout', 'innodb_lock_wait_timeout', 'tx_isolation')
        """;
    private readonly MariaDb _server = server;

    [Fact]
    public async Task Connections_that_a_pool_keeps_are_as_they_were_before_the_relay_had_them()
    {
        Place place = await Place.NewAsync(_server);
        await using TestBroker broker = await TestBroker.StartAsync();
        string before = await place.TextAsync(Settings);
        string pooled = place.Connection.Replace("Pooling=False", "Pooling=True", StringComparison.Ordinal);
        await using (RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options with { Connect = () => MariaDb.Open(pooled) }))
        {
            await place.AddAsync("q", "message");
            await place.SentAsync();
        }

        // The two that a relay has at most.
        await using DbConnection one = MariaDb.Open(pooled);
        await using DbConnection other = MariaDb.Open(pooled);
        await one.OpenAsync();
        await other.OpenAsync();

        Assert.Equal((before, before), (await SettingsOfAsync(one), await SettingsOfAsync(other)));
    }

    private static async Task<string> SettingsOfAsync(DbConnection connection)
    {
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = Settings;
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
