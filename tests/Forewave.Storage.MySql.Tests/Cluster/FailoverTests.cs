using System.Diagnostics;
using System.Text.Json;
using Forewave.Integration.Tests.Processes;
using Forewave.Storage.MySql.Tests.Server;
using Xunit.Abstractions;

namespace Forewave.Storage.MySql.Tests.Cluster;

/// <summary>
/// A broker group of real brokers, databases and ZooKeeper loses its master under load: the slave takes over, and what was answered is
/// there, once.
/// </summary>
[Collection(MariaDbPairGroup.Name)]
[Trait("Suite", "cluster")]
public sealed class FailoverTests(MariaDbPair databases, ITestOutputHelper output) : IAsyncLifetime
{
    private const int RecordLineBytes = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public Task InitializeAsync() => databases.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("database")]
    [InlineData("both")]
    public async Task Slave_takes_over_and_nothing_answered_is_lost_when_the_master_loses_its(string killed)
    {
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        string record = group.B.PathOf("record");
        await using ProgramProcess load = Load(group.Addresses, record);
        await MoreAsync(record, 2_000, load, group);

        long begin = Stopwatch.GetTimestamp();
        await KillAsync(killed, group);
        await group.UntilMasterAsync("B");
        output.WriteLine($"B is master after {Stopwatch.GetElapsedTime(begin).TotalSeconds:0.0} s");
        await MoreAsync(record, 2_000, load, group);
        output.WriteLine($"and has answered 2,000 more after {Stopwatch.GetElapsedTime(begin).TotalSeconds:0.0} s");
        await load.InterruptAsync().WaitAsync(Patience);

        await AssertWholeAsync(group.B, record);
    }

    [NightlyFact]
    public async Task Former_master_follows_and_takes_over_again()
    {
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        string record = group.B.PathOf("record");
        await using ProgramProcess load = Load(group.Addresses, record);
        await MoreAsync(record, 1_000, load, group);

        await group.A.KillAsync();
        await group.UntilMasterAsync("B");
        await group.A.StartAsync();
        await group.UntilInSyncAsync("B");
        await MoreAsync(record, 1_000, load, group);
        await group.B.KillAsync();
        await group.UntilMasterAsync("A");
        await MoreAsync(record, 1_000, load, group);
        await load.InterruptAsync().WaitAsync(Patience);

        await AssertWholeAsync(group.A, record);
    }

    [NightlyFact]
    public async Task Master_answers_alone_without_its_slave_and_takes_it_back()
    {
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        string record = group.B.PathOf("record");
        await using ProgramProcess load = Load(group.Addresses, record);
        await MoreAsync(record, 1_000, load, group);

        long begin = Stopwatch.GetTimestamp();
        await databases.B.KillAsync();
        await group.UntilAloneAsync();
        output.WriteLine($"alone after {Stopwatch.GetElapsedTime(begin).TotalSeconds:0.0} s");
        await MoreAsync(record, 1_000, load, group);
        await databases.B.StartAsync();
        await group.UntilInSyncAsync("A");
        await MoreAsync(record, 1_000, load, group);
        await databases.A.KillAsync();
        await group.UntilMasterAsync("B");
        await MoreAsync(record, 1_000, load, group);
        await load.InterruptAsync().WaitAsync(Patience);

        await AssertWholeAsync(group.B, record);
    }

    [NightlyFact]
    public async Task Frozen_master_that_wakes_answers_nothing_and_loses_nothing()
    {
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        string record = group.B.PathOf("record");
        await using ProgramProcess load = Load(group.Addresses, record);
        await MoreAsync(record, 1_000, load, group);

        await group.A.FreezeAsync();
        await databases.A.HaltAsync();
        await group.UntilMasterAsync("B");
        await databases.A.GoOnAsync();
        await group.A.ThawAsync();
        await MoreAsync(record, 2_000, load, group);
        await load.InterruptAsync().WaitAsync(Patience);
        ProgramResult published = await ProgramProcess.RunAsync("publish", "elsewhere", "after", "--server", group.A.Address);
        ProgramResult stored = await ProgramProcess.RunAsync("consume", "elsewhere", "--group", "g", "--max", "1", "--server", group.B.Address);

        await AssertWholeAsync(group.B, record);
        // A refuses, and its refusal tells the way to B.
        Assert.True(published.ExitCode == 0, $"{published}");
        Assert.Equal("after\n", stored.Output);
    }

    [Fact]
    public async Task Slave_leads_clients_to_the_master_and_says_that_it_is_not_ready()
    {
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        using HttpClient http = new();

        ProgramResult led = await ProgramProcess.RunAsync("publish", "orders", "hello", "--server", group.B.Address);
        ProgramResult published = await ProgramProcess.RunAsync("publish", "orders", "hello", "--server", $"{group.B.Address},{group.A.Address}", "--json");
        using HttpResponseMessage ready = await http.GetAsync($"http://{group.B.HttpAddress}/health/ready");
        string says = await ready.Content.ReadAsStringAsync();
        using HttpResponseMessage posted = await http.PostAsync($"http://{group.B.HttpAddress}/v1/queues/orders/messages", new StringContent("hello"));
        string stored = await posted.Content.ReadAsStringAsync();
        string metrics = await http.GetStringAsync($"http://{group.A.HttpAddress}/metrics");

        Assert.True(led.ExitCode == 0, $"{led}");
        Assert.Contains($"the master is A at {group.A.Address}", says, StringComparison.Ordinal);
        Assert.Contains("slave-received", published.Output, StringComparison.Ordinal);
        Assert.Equal((503, 201), ((int)ready.StatusCode, (int)posted.StatusCode));
        Assert.Contains("slave-received", stored, StringComparison.Ordinal);
        Assert.StartsWith("following: ", says, StringComparison.Ordinal);
        Assert.Contains("\nforewave_member_role 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nforewave_member_in_sync 2\n", metrics, StringComparison.Ordinal);
    }

    private async Task KillAsync(string killed, BrokerPair group)
    {
        await databases.A.KillAsync();
        if (killed == "both")
        {
            await group.A.KillAsync();
        }
    }

    private static ProgramProcess Load(string servers, string record) => ProgramProcess.Start(
        "bench", "publish", "--server", servers, "--queue", "orders", "--queues", "3", "--messages", "1000000000",
        "--size", "200", "--producers", "2", "--in-flight", "500", "--rate", "1400", "--record", record, "--json");

    private static async Task MoreAsync(string record, int messages, ProgramProcess load, BrokerPair group)
    {
        long target = Watching.LengthOf(record) + (messages * RecordLineBytes);
        await Watching.UntilAsync(() => Watching.LengthOf(record) >= target || load.HasEnded, Patience, () => $"{load.Errors}\n{group.Log}");
        Assert.False(load.HasEnded, $"the load ended: {load.Errors}\n{group.Log}");
    }

    private async Task AssertWholeAsync(ServerProcess broker, string record)
    {
        ProgramResult verified = await ProgramProcess.RunAsync(
            "bench", "verify", "--server", broker.Address, "--queue", "orders", "--queues", "3", "--group", "audit", "--record", record, "--json").WaitAsync(Patience);
        output.WriteLine($"{verified}");
        Assert.Equal(0, verified.ExitCode);
        JsonElement report = JsonDocument.Parse(verified.Output).RootElement;
        Assert.InRange(report.GetProperty("messages").GetInt64(), File.ReadLines(record).LongCount(), long.MaxValue);
        Assert.Equal(0, report.GetProperty("lost").GetInt64());
        Assert.Equal(0, report.GetProperty("duplicates").GetInt64());
    }
}
