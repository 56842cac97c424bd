using System.Text;
using System.Text.Json;
using Forewave.Integration.Tests.Processes;

namespace Forewave.Integration.Tests;

/// <summary>The command line as its users see it: outputs and exit codes.</summary>
[Trait("Suite", "scenario")]
public sealed class CliTests
{
    [Fact]
    public async Task Lines_come_out_as_they_went_in_when_they_are_published_and_consumed()
    {
        using TemporaryFolder folder = new();
        using var server = await ServerProcess.StartAsync(folder["data"]);
        string[] at = ["--server", server.Address];
        byte[] lines = "one\n\nthree\nlast without an end"u8.ToArray();

        var published = await CliProcess.RunAsync(lines, ["publish", "q", "--tag", "t", .. at]);
        var two = await CliProcess.RunAsync(["consume", "q", "--group", "g", "--max", "2", .. at]);
        var rest = await CliProcess.RunAsync(["consume", "q", "--group", "g", "--max", "2", "--json", .. at]);
        var none = await CliProcess.RunAsync(["consume", "q", "--group", "g", "--wait", "1ms", .. at]);

        Assert.Equal(4, published.Output.AsSpan().Count('\n'));
        Assert.Equal("one\n\n", two.Output);
        string[] bodies = [.. rest.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("body").GetString()!)];
        Assert.Equal(["three", "last without an end"], bodies);
        Assert.Equal((0, ""), (none.ExitCode, none.Output));
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task Messages_that_were_looked_at_are_there_for_the_next_consumer_when_they_were_not_acked()
    {
        using TemporaryFolder folder = new();
        using var server = await ServerProcess.StartAsync(folder["data"]);
        string[] at = ["--server", server.Address];
        await CliProcess.RunAsync("a\nb\n"u8.ToArray(), ["publish", "q", .. at]);

        var looked = await CliProcess.RunAsync(["consume", "q", "--group", "g", "--max", "2", "--no-ack", .. at]);
        var taken = await CliProcess.RunAsync(["consume", "q", "--group", "g", "--max", "2", .. at]);

        Assert.Equal(("a\nb\n", "a\nb\n"), (looked.Output, taken.Output));
    }

    [Fact]
    public async Task Queues_and_groups_are_listed_and_changed()
    {
        using TemporaryFolder folder = new();
        using var server = await ServerProcess.StartAsync(folder["data"]);
        string[] at = ["--server", server.Address, "--json"];

        var created = await CliProcess.RunAsync(["queue", "create", "q", "--retention", "2h", .. at]);
        var again = await CliProcess.RunAsync(["queue", "create", "q", .. at]);
        await CliProcess.RunAsync("a\nb\n"u8.ToArray(), ["publish", "q", "--server", server.Address]);
        await CliProcess.RunAsync(["consume", "q", "--group", "g", "--max", "1", "--server", server.Address]);
        var groups = await CliProcess.RunAsync(["group", "list", "q", .. at]);
        var deleted = await CliProcess.RunAsync(["queue", "delete", "q", .. at]);

        Assert.Equal("2h", JsonDocument.Parse(created.Output).RootElement.GetProperty("retention").GetString());
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("QueueExists", again.Errors, StringComparison.Ordinal);
        Assert.Equal("g", JsonDocument.Parse(groups.Output).RootElement[0].GetProperty("group").GetString());
        Assert.Equal(0, deleted.ExitCode);
    }

    [Theory]
    [InlineData("publish")]
    [InlineData("publish q x --priority 5")]
    [InlineData("publish NoName x")]
    [InlineData("consume q")]
    [InlineData("consume q --group g --wait soon")]
    [InlineData("group reset q --group g")]
    [InlineData("bench publish --queue q --messages 0 --size 100")]
    [InlineData("bench publish --queue q --messages 1 --size 100 --keys 5")]
    [InlineData("bench publish --queue q --messages 1 --size 100 --warmup 1s")]
    [InlineData("nonsense")]
    public async Task Wrong_usage_ends_with_two_and_prints_no_result(string arguments)
    {
        var result = await CliProcess.RunAsync(arguments.Split(' '));

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.NotEqual("", result.Errors);
    }

    [Fact]
    public async Task Unknown_key_of_the_configuration_is_wrong_usage()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder["config.json"], """{ "maxConections": 5 }""", Encoding.UTF8);

        var result = await CliProcess.RunAsync("serve", "--data", folder["data"], "--config", folder["config.json"]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("maxConections", result.Errors, StringComparison.Ordinal);
    }
}
