using System.Text.Json;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Xunit.Abstractions;

namespace Forewave.Integration.Tests;

/// <summary>kill -9 of a server under load: nothing acknowledged is lost, nothing is doubled, nothing is out of order.</summary>
[Trait("Suite", "kill")]
public sealed class KillTests(ITestOutputHelper output)
{
    private const int KillsPerRound = 5;
    private const int MessagesPerRound = 60_000;
    private static readonly int Rounds = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") == "1" ? 40 : 5;

    [Fact]
    public async Task Server_keeps_what_it_acknowledged_when_it_is_killed_under_load()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        using TemporaryFolder folder = new();
        using var server = await ServerProcess.StartAsync(folder["data"]);

        for (int round = 0; round < Rounds; round++)
            await RunRoundAsync(server, folder[$"record-{round}"], random, new QueueName($"round-{round}"));
    }

    private static async Task RunRoundAsync(ServerProcess server, string record, Random random, QueueName queue)
    {
        using var publish = CliProcess.Start(
            "bench", "publish", "--server", server.Address, "--queue", queue.Value, "--messages", $"{MessagesPerRound}", "--size", "100",
            "--producers", "2", "--in-flight", "1000", "--rate", "20000", "--record", record, "--json");
        var report = publish.Output.ReadToEndAsync();
        await KillUnderLoadAsync(server, random, queue);
        Assert.True(await publish.WaitAsync() == 0, await publish.Errors);
        Assert.Equal(MessagesPerRound, JsonDocument.Parse(await report).RootElement.GetProperty("messages").GetInt64());

        var verify = await CliProcess.RunAsync(
            "bench", "verify", "--server", server.Address, "--queue", queue.Value, "--group", "verify", "--record", record, "--json");
        Assert.True(verify.ExitCode == 0, verify.ToString());
        var found = JsonDocument.Parse(verify.Output).RootElement;
        Assert.Equal(MessagesPerRound, found.GetProperty("messages").GetInt64());
        Assert.Equal(0, found.GetProperty("lost").GetInt64());
        Assert.Equal(0, found.GetProperty("duplicates").GetInt64());
        Assert.Equal(0, found.GetProperty("outOfOrder").GetInt64());
    }

    /// <summary>Kills each time when a group of its own has received a random number of messages.</summary>
    private static async Task KillUnderLoadAsync(ServerProcess server, Random random, QueueName queue)
    {
        await using ForewaveClient client = new(server.Address);
        await using var watch = client.CreateConsumer(queue, new GroupName("watch"));
        HashSet<Offset> seen = [];
        for (int kill = 1; kill <= KillsPerRound; kill++)
        {
            int goal = (MessagesPerRound / KillsPerRound * (kill - 1)) + random.Next(1, MessagesPerRound / KillsPerRound);
            while (seen.Count < goal)
            {
                foreach (var message in await watch.ReceiveAsync(1_000, Limits.MaxReceiveWait))
                {
                    seen.Add(message.Offset);
                    message.Ack();
                }
            }
            await server.KillAsync();
            await server.StartAgainAsync();
        }
    }
}
