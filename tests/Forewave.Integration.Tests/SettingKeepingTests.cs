using System.Text.Json;
using Forewave.Integration.Tests.Processes;
using Forewave.Integration.Tests.Scenarios;
using Forewave.Testing;

namespace Forewave.Integration.Tests;

/// <inheritdoc/>
[Trait("Suite", "scenario")]
public sealed class SettingKeepingTests() : SettingScenarios(static () => TestBroker.StartAsync())
{
    [Fact]
    public async Task Command_line_shows_sources_changes_a_running_broker_and_tells_who_did()
    {
        await using ServerProcess server = new();
        await File.WriteAllTextAsync(server.PathOf("forewave.json"), """{ "maxQueues": 500 }""");
        server.Store = ["--data", server.PathOf("data"), "--config", server.PathOf("forewave.json")];
        await server.StartAsync();
        string[] at = ["--server", server.Address];

        string before = (await ProgramProcess.RunAsync(["config", "get", "maxQueues", "--json", .. at])).Output;
        var set = await ProgramProcess.RunAsync(["config", "set", "maxQueues", "20000", .. at]);
        await server.KillAsync();
        await server.StartAsync();
        at = ["--server", server.Address];
        string after = (await ProgramProcess.RunAsync(["config", "get", "maxQueues", "--json", .. at])).Output;
        string history = (await ProgramProcess.RunAsync(["config", "history", "maxQueues", .. at])).Output;
        var unknown = await ProgramProcess.RunAsync(["config", "set", "maxQueue", "1", .. at]);
        var atStart = await ProgramProcess.RunAsync(["config", "set", "listen", "127.0.0.1:1", .. at]);
        await ProgramProcess.RunAsync(["config", "unset", "maxQueues", .. at]);
        string unset = (await ProgramProcess.RunAsync(["config", "get", "maxQueues", "--json", .. at])).Output;

        Assert.Equal((0, ""), (set.ExitCode, set.Output));
        Assert.Equal(("500", server.PathOf("forewave.json")), Of(before));
        Assert.Equal(("20000", "live"), Of(after));
        Assert.Equal(("500", server.PathOf("forewave.json")), Of(unset));
        Assert.Matches(@"Z  forewave  maxQueues  -       20000\n$", history);
        Assert.Contains("error 680", unknown.Errors, StringComparison.Ordinal);
        Assert.Contains("error 682", atStart.Errors, StringComparison.Ordinal);
        Assert.Equal((1, 1), (unknown.ExitCode, atStart.ExitCode));
    }

    [Fact]
    public async Task Broker_that_is_started_without_live_settings_is_the_way_back_from_them()
    {
        await using ServerProcess server = new();
        string file = server.PathOf("forewave.json");
        await File.WriteAllTextAsync(file, "{}");
        server.Store = ["--data", server.PathOf("data"), "--config", file];
        await server.StartAsync();
        var set = await ProgramProcess.RunAsync("config", "set", "readOnly", "true", "--server", server.Address);
        var refused = await ProgramProcess.RunAsync("queue", "create", "orders", "--server", server.Address);
        await server.KillAsync();
        await File.WriteAllTextAsync(file, """{ "liveSettings": false }""");
        await server.StartAsync();

        var created = await ProgramProcess.RunAsync("queue", "create", "orders", "--server", server.Address);
        var more = await ProgramProcess.RunAsync("config", "set", "publish", "false", "--server", server.Address);
        string shown = (await ProgramProcess.RunAsync("config", "get", "readOnly", "--json", "--server", server.Address)).Output;
        var unset = await ProgramProcess.RunAsync("config", "unset", "readOnly", "--server", server.Address);
        await server.KillAsync();
        await File.WriteAllTextAsync(file, "{}");
        await server.StartAsync();
        var after = await ProgramProcess.RunAsync("queue", "create", "more", "--server", server.Address);

        Assert.Equal((0, 1, 0, 1, 0, 0), (set.ExitCode, refused.ExitCode, created.ExitCode, more.ExitCode, unset.ExitCode, after.ExitCode));
        Assert.Equal(("false", "default"), Of(shown));
        Assert.Contains("error 682", more.Errors, StringComparison.Ordinal);
    }

    private static (string Value, string Source) Of(string json)
    {
        using var list = JsonDocument.Parse(json);
        var setting = Assert.Single(list.RootElement.EnumerateArray());
        return (setting.GetProperty("value").GetString()!, setting.GetProperty("source").GetString()!);
    }
}
