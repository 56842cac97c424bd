using System.Data.Common;
using Forewave.Outbox.Sql;
using Forewave.Outbox.Tests.Databases;
using Forewave.Outbox.Tests.Faults;
using Forewave.Outbox.Tests.Relaying;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Outbox.Tests.Schema;

/// <summary>The tables' versions on every database.</summary>
public abstract class SchemaConformance(IDatabaseServer server)
{
    [Fact]
    public async Task Migration_that_is_repeated_or_runs_twice_at_once_makes_the_tables_once()
    {
        OutboxTables tables = new() { Database = server.Kind };
        string database = await server.NewDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => MigrateAsync(database, tables))));
        await MigrateAsync(database, tables);

        await using DbConnection connection = await OpenAsync(database);
        await OutboxSchema.CheckAsync(connection, tables);
    }

    [Fact]
    public async Task Script_for_a_dba_makes_what_the_migration_makes()
    {
        OutboxTables tables = new() { Database = server.Kind, Prefix = "shop_" };
        string database = await server.NewDatabaseAsync();
        await using DbConnection connection = await OpenAsync(database);

        foreach (string statement in OutboxSchema.ScriptOf(tables).Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await Commands.RunAsync(connection, null, new Statement(statement), CancellationToken.None);
        }

        await OutboxSchema.CheckAsync(connection, tables);
        await OutboxSchema.MigrateAsync(connection, tables);
    }

    [Fact]
    public async Task Tables_that_are_missing_or_of_another_version_are_refused_with_a_number_and_not_touched()
    {
        OutboxTables tables = new() { Database = server.Kind };
        string database = await server.NewDatabaseAsync();
        await using DbConnection connection = await OpenAsync(database);
        ForewaveException missing = await Assert.ThrowsAsync<ForewaveException>(() => OutboxSchema.CheckAsync(connection, tables));
        await OutboxSchema.MigrateAsync(connection, tables);
        await Commands.RunAsync(connection, null, new Statement("UPDATE forewave_schema SET version = 99 WHERE part = 'outbox'"), CancellationToken.None);

        ForewaveException differs = await Assert.ThrowsAsync<ForewaveException>(() => OutboxSchema.CheckAsync(connection, tables));
        ForewaveException notMigrated = await Assert.ThrowsAsync<ForewaveException>(() => OutboxSchema.MigrateAsync(connection, tables));
        await using TestBroker broker = await TestBroker.StartAsync();
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), new OutboxRelayOptions { Tables = tables, Connect = () => server.Connect(database) });
        ForewaveException notRelayed = await Assert.ThrowsAsync<ForewaveException>(() => relay.Running);

        Assert.Equal(ErrorCode.OutboxSchemaMissing, missing.Code);
        Assert.All([differs, notMigrated, notRelayed], refused => Assert.Equal(ErrorCode.OutboxSchemaDiffers, refused.Code));
        Assert.Equal(99, await Commands.NumberAsync(connection, null, new Statement("SELECT version FROM forewave_schema WHERE part = 'outbox'"), CancellationToken.None));
    }

    [Theory]
    [InlineData("0.9", true)]
    [InlineData("5.5.5-10.5.29-MariaDB-log", true)]
    [InlineData("99.1.2 (Debian 99.1-2)", false)]
    [InlineData("5.5.5-99.11.19-MariaDB-0+deb12u1", false)]
    [InlineData("unheard of", false)]
    public async Task Database_that_is_too_old_is_refused_with_a_number_by_all_who_look(string version, bool isRefused)
    {
        OutboxTables tables = new() { Database = server.Kind };
        string database = await server.NewDatabaseAsync();
        await MigrateAsync(database, tables);
        await using DbConnection inner = await OpenAsync(database);
        await using FaultyConnection connection = new(inner, new FaultPlan(0, isAfter: false)) { Version = version };
        // Of others than MySQL this is no version, but what stands in front of it is.
        bool isExpected = isRefused && !(version.Contains("MariaDB", StringComparison.Ordinal) && server.Kind == DatabaseKind.Sqlite);

        ErrorCode[] codes = [await CodeOfAsync(() => OutboxSchema.CheckAsync(connection, tables)), await CodeOfAsync(() => OutboxSchema.MigrateAsync(connection, tables))];

        Assert.All(codes, code => Assert.Equal(isExpected ? ErrorCode.OutboxDatabaseUnsupported : ErrorCode.None, code));
    }

    [Fact]
    public async Task Relay_of_a_database_that_is_too_old_ends_with_a_number()
    {
        OutboxTables tables = new() { Database = server.Kind };
        string database = await server.NewDatabaseAsync();
        await MigrateAsync(database, tables);
        await using TestBroker broker = await TestBroker.StartAsync();
        OutboxRelayOptions options = new()
        {
            Tables = tables, Connect = () => new FaultyConnection(server.Connect(database), new FaultPlan(0, isAfter: false)) { Version = "0.9" },
        };

        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), options);

        ForewaveException refused = await Assert.ThrowsAsync<ForewaveException>(() => relay.Running);
        Assert.Equal(ErrorCode.OutboxDatabaseUnsupported, refused.Code);
    }

    [Fact]
    public async Task Older_tables_are_migrated_step_by_step()
    {
        OutboxTables tables = new() { Database = server.Kind };
        string database = await server.NewDatabaseAsync();
        await using DbConnection connection = await OpenAsync(database);
        SchemaPart one = new("part", [["CREATE TABLE stepped (a INTEGER)"]]);
        SchemaPart three = one with { Steps = [.. one.Steps, ["ALTER TABLE stepped ADD COLUMN b INTEGER"], ["INSERT INTO stepped (a, b) VALUES (1, 2)"]] };

        await OutboxSchema.MigrateAsync(connection, tables, [one], CancellationToken.None);
        await OutboxSchema.MigrateAsync(connection, tables, [three], CancellationToken.None);

        Assert.Equal(3, await Commands.NumberAsync(connection, null, new Statement("SELECT version FROM forewave_schema WHERE part = 'part'"), CancellationToken.None));
        Assert.Equal(2, await Commands.NumberAsync(connection, null, new Statement("SELECT b FROM stepped"), CancellationToken.None));
    }

    private static async Task<ErrorCode> CodeOfAsync(Func<Task> attempt)
    {
        try
        {
            await attempt();
            return ErrorCode.None;
        }
        catch (ForewaveException refused)
        {
            return refused.Code;
        }
    }

    private async Task MigrateAsync(string database, OutboxTables tables)
    {
        await using DbConnection connection = await OpenAsync(database);
        await OutboxSchema.MigrateAsync(connection, tables);
    }

    private async Task<DbConnection> OpenAsync(string database)
    {
        DbConnection connection = server.Connect(database);
        await connection.OpenAsync();
        return connection;
    }
}
