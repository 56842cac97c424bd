using System.Text.Json;
using Forewave.Integration.Tests.Processes;
using Forewave.Storage.MySql.Tests.Conformance;
using Forewave.Storage.MySql.Tests.Server;
using Xunit.Abstractions;

namespace Forewave.Storage.MySql.Tests.Kills;

/// <summary>kill -9 of the real broker, of the database and of both under load: what was acknowledged is there, once.</summary>
[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class KillTests(MariaDbServer server, ITestOutputHelper output)
{
    private const int RecordLineBytes = 60;
    private const string OrderingKeys = "50";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("broker")]
    [InlineData("database")]
    [InlineData("both")]
    public async Task Acknowledged_messages_survive_kills_under_load(string killed)
    {
        int kills = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") == "1" ? 20 : 3;
        int seed = int.TryParse(Environment.GetEnvironmentVariable("FOREWAVE_SEED"), out int given) ? given : Random.Shared.Next();
        output.WriteLine($"FOREWAVE_SEED={seed}, {kills} kills of {killed}");
        Random random = new(seed);
        await using var place = new DatabasePlace(server);
        await using var broker = await ServerProcess.StartedAsync(
            ["--store", "mysql", "--mysql", $"socket={server.Socket};user=forewave;password=secret;schema={place.Names.Queues}"]);
        string record = broker.PathOf("record");
        await using var load = ProgramProcess.Start(
            "bench", "publish", "--server", broker.Address, "--queue", "orders", "--queues", "3", "--messages", "1000000000",
            "--size", "100", "--producers", "2", "--in-flight", "1000", "--rate", "4000", "--record", record, "--json");
        string keyed = broker.PathOf("keyed");
        await using var ordered = ProgramProcess.Start(
            "bench", "publish", "--server", broker.Address, "--queue", "keyed", "--ordering-keys", OrderingKeys, "--messages", "1000000000",
            "--size", "100", "--in-flight", "500", "--rate", "1000", "--record", keyed, "--json");

        for (int kill = 0; kill < kills; kill++)
        {
            long target = Watching.LengthOf(record) + (random.Next(1, 4_000) * RecordLineBytes);
            await Watching.UntilAsync(() => Watching.LengthOf(record) >= target || load.HasEnded, Patience, () => $"kill {kill}: {load.Errors}\n{broker.Log}");
            Assert.False(load.HasEnded, $"the load ended before kill {kill}: {load.Errors}");
            await KillAsync(killed, broker);
        }

        Assert.False(ordered.HasEnded, $"the load with keys ended: {ordered.Errors}");
        await load.InterruptAsync().WaitAsync(Patience);
        await ordered.InterruptAsync().WaitAsync(Patience);
        JsonElement report = await VerifyAsync(broker, record);
        // What a broker without its database refuses is sent again one by one, and only keys keep their order then.
        Assert.True(killed == "database" || report.GetProperty("outOfOrder").GetInt64() == 0, $"{report}");
        await AssertKeysAreInOrderAsync(broker, File.ReadLines(keyed).LongCount());
    }

    private async Task AssertKeysAreInOrderAsync(ServerProcess broker, long receipts)
    {
        var drained = await ProgramProcess.RunAsync(
            "bench", "consume", "--server", broker.Address, "--queue", "keyed", "--group", "audit", "--messages", $"{receipts}",
            "--ordering-keys", OrderingKeys, "--json").WaitAsync(Patience);
        output.WriteLine($"with keys: {drained}");
        Assert.Equal(0, drained.ExitCode);
        JsonElement report = JsonDocument.Parse(drained.Output).RootElement;
        Assert.InRange(report.GetProperty("messages").GetInt64(), Math.Max(receipts, 1), long.MaxValue);
        Assert.Equal((0, 0, 0), (report.GetProperty("lost").GetInt64(), report.GetProperty("duplicates").GetInt64(), report.GetProperty("outOfOrder").GetInt64()));
    }

    private async Task KillAsync(string killed, ServerProcess broker)
    {
        if (killed != "database")
        {
            await broker.KillAsync();
        }

        if (killed != "broker")
        {
            await server.KillAsync();
            await server.StartAsync();
        }

        if (killed != "database")
        {
            await broker.StartAsync();
        }
    }

    private async Task<JsonElement> VerifyAsync(ServerProcess broker, string record)
    {
        long receipts = File.ReadLines(record).LongCount();
        output.WriteLine($"{receipts} receipts");
        var verified = await ProgramProcess.RunAsync(
            "bench", "verify", "--server", broker.Address, "--queue", "orders", "--queues", "3", "--group", "audit", "--record", record, "--json").WaitAsync(Patience);
        output.WriteLine($"{verified}");
        Assert.Equal(0, verified.ExitCode);
        JsonElement report = JsonDocument.Parse(verified.Output).RootElement;
        Assert.InRange(report.GetProperty("messages").GetInt64(), Math.Max(receipts, 1), long.MaxValue);
        Assert.Equal(0, report.GetProperty("lost").GetInt64());
        Assert.Equal(0, report.GetProperty("duplicates").GetInt64());
        return report;
    }
}
