using System.Text;
using System.Text.Json;
using Forewave.Client;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;

namespace Forewave.Integration.Tests;

/// <summary>The command line as its users see it: outputs and exit codes.</summary>
[Trait("Suite", "scenario")]
public sealed class CliTests
{
    [Fact]
    public async Task Lines_come_out_as_they_went_in_when_they_are_published_and_consumed()
    {
        await using var server = await ServerProcess.StartedAsync();
        string[] at = ["--server", server.Address];
        byte[] lines = "one\n\nthree\nlast without an end"u8.ToArray();

        var published = await ProgramProcess.RunAsync(lines, ["publish", "q", "--tag", "t", .. at]);
        var two = await ProgramProcess.RunAsync(["consume", "q", "--group", "g", "--max", "2", .. at]);
        var rest = await ProgramProcess.RunAsync(["consume", "q", "--group", "g", "--max", "2", "--json", .. at]);
        var none = await ProgramProcess.RunAsync(["consume", "q", "--group", "g", "--wait", "1ms", .. at]);

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
        await using var server = await ServerProcess.StartedAsync();
        string[] at = ["--server", server.Address];
        await ProgramProcess.RunAsync("a\nb\n"u8.ToArray(), ["publish", "q", .. at]);

        var looked = await ProgramProcess.RunAsync(["consume", "q", "--group", "g", "--max", "2", "--no-ack", .. at]);
        var taken = await ProgramProcess.RunAsync(["consume", "q", "--group", "g", "--max", "2", .. at]);

        Assert.Equal(("a\nb\n", "a\nb\n"), (looked.Output, taken.Output));
    }

    [Fact]
    public async Task Follower_prints_again_what_was_settled_and_comes_once_more()
    {
        await using var server = await ServerProcess.StartedAsync();
        string[] at = ["--server", server.Address];
        await ProgramProcess.RunAsync("a\nb\n"u8.ToArray(), ["publish", "q", .. at]);
        await using var follower = ProgramProcess.Start(["consume", "q", "--group", "g", "--follow", .. at]);
        string first = $"{await follower.Output.ReadLineAsync()} {await follower.Output.ReadLineAsync()}";
        await using ForewaveClient client = new(server.Address);
        while ((await client.Administration.ShowGroupAsync(new QueueName("q"), new GroupName("g"))).Lag > 0)
        {
            // Its acks are on their way, and the group is asked again.
        }

        await ProgramProcess.RunAsync(["group", "reset", "q", "--group", "g", "--to", "earliest", "--force", .. at]);
        string again = $"{await follower.Output.ReadLineAsync()} {await follower.Output.ReadLineAsync()}";

        Assert.Equal(("a b", "a b"), (first, again));
    }

    [Fact]
    public async Task Queues_and_groups_are_listed_and_changed()
    {
        await using var server = await ServerProcess.StartedAsync();
        string[] at = ["--server", server.Address, "--json"];

        var created = await ProgramProcess.RunAsync(["queue", "create", "q", "--retention", "2h", .. at]);
        var again = await ProgramProcess.RunAsync(["queue", "create", "q", .. at]);
        await ProgramProcess.RunAsync("a\nb\n"u8.ToArray(), ["publish", "q", "--server", server.Address]);
        await ProgramProcess.RunAsync(["consume", "q", "--group", "g", "--max", "1", "--server", server.Address]);
        var groups = await ProgramProcess.RunAsync(["group", "list", "q", .. at]);
        var deleted = await ProgramProcess.RunAsync(["queue", "delete", "q", .. at]);

        Assert.Equal("2h", JsonDocument.Parse(created.Output).RootElement.GetProperty("retention").GetString());
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("QueueExists", again.Errors, StringComparison.Ordinal);
        Assert.Equal("g", JsonDocument.Parse(groups.Output).RootElement[0].GetProperty("group").GetString());
        Assert.Equal(0, deleted.ExitCode);
    }

    [Fact]
    public async Task Group_is_made_before_anybody_consumes_and_has_a_list_of_delays()
    {
        await using var server = await ServerProcess.StartedAsync();
        string[] at = ["--group", "g", "--server", server.Address, "--json"];
        await ProgramProcess.RunAsync(["queue", "create", "q", "--server", server.Address]);

        var missing = await ProgramProcess.RunAsync(["group", "set", "q", "--max-attempts", "3", .. at]);
        var made = await ProgramProcess.RunAsync(["group", "set", "q", "--create", "--max-attempts", "3", "--retry-first", "2s", .. at]);
        var listed = await ProgramProcess.RunAsync(["group", "set", "q", "--retry-delays", "1s,500ms,2h", .. at]);
        var both = await ProgramProcess.RunAsync(["group", "set", "q", "--retry-delays", "1s", "--retry-max", "1m", .. at]);
        var wrong = await ProgramProcess.RunAsync(["group", "set", "q", "--retry-delays", "1s,soon", .. at]);

        Assert.Contains("GroupNotFound", missing.Errors, StringComparison.Ordinal);
        var first = JsonDocument.Parse(made.Output).RootElement;
        Assert.Equal((3, "2s", "10m"), (first.GetProperty("maxAttempts").GetInt32(), first.GetProperty("retryFirst").GetString(), first.GetProperty("retryMax").GetString()));
        var second = JsonDocument.Parse(listed.Output).RootElement;
        Assert.Equal((3, "1s,500ms,2h"), (second.GetProperty("maxAttempts").GetInt32(), second.GetProperty("retryDelays").GetString()));
        Assert.Equal((2, 2), (both.ExitCode, wrong.ExitCode));
    }

    [Fact]
    public async Task Body_of_a_dead_letter_is_shown_as_text_in_base64_or_as_it_is()
    {
        await using var server = await ServerProcess.StartedAsync();
        string[] at = ["--group", "g", "--server", server.Address];
        byte[] noText = [0xff, 0, 0xfe, (byte)'a'];
        await RejectAsync(server.Address, noText, "text"u8.ToArray());

        var raw = await ProgramProcess.RunAsync(["dead", "show", "q", "1", "--raw", .. at]);
        var json = await ProgramProcess.RunAsync(["dead", "show", "q", "1", "--json", .. at]);
        var people = await ProgramProcess.RunAsync(["dead", "show", "q", "1", .. at]);
        var text = await ProgramProcess.RunAsync(["dead", "show", "q", "2", "--json", .. at]);

        Assert.Equal(noText, raw.Bytes);
        var shown = JsonDocument.Parse(json.Output).RootElement;
        Assert.Equal(noText, shown.GetProperty("bodyBase64").GetBytesFromBase64());
        Assert.False(shown.TryGetProperty("body", out _));
        Assert.Contains("bodyBase64          " + Convert.ToBase64String(noText), people.Output, StringComparison.Ordinal);
        Assert.Contains("no good", people.Output, StringComparison.Ordinal);
        Assert.Equal("text", JsonDocument.Parse(text.Output).RootElement.GetProperty("body").GetString());
    }

    [Fact]
    public async Task Body_may_begin_with_an_at_sign_or_after_two_dashes_with_a_dash()
    {
        await using var server = await ServerProcess.StartedAsync();
        string[] at = ["--server", server.Address];

        await ProgramProcess.RunAsync(["publish", "q", "@home", .. at]);
        await ProgramProcess.RunAsync(["publish", "q", .. at, "--", "--delay=5m"]);
        var bodies = await ProgramProcess.RunAsync(["consume", "q", "--group", "g", "--max", "2", .. at]);

        Assert.Equal("@home\n--delay=5m\n", bodies.Output);
    }

    [Theory]
    [InlineData("publish")]
    [InlineData("publish NoName x")]
    [InlineData("publish q x --priority 10")]
    [InlineData("publish q x --at 2030-12-24T18:00:00")]
    [InlineData("publish q --ttl=never")]
    [InlineData("publish q --dedup 1")]
    [InlineData("publish q x --server zk:///forewave")]
    [InlineData("consume q")]
    [InlineData("consume q --group g --wait soon")]
    [InlineData("group reset q --group g")]
    [InlineData("group replay q --group g")]
    [InlineData("group replay q --group g --from latest")]
    [InlineData("group replay q --group g --from yesterday")]
    [InlineData("group replay q --group g --from 2026-12-24T18:00:00")]
    [InlineData("group replay q --group g --from 1 --cancel")]
    [InlineData("queue set q")]
    [InlineData("group set q --group g")]
    [InlineData("dead show q 1 --group g --raw --json")]
    [InlineData("dead redrive q 1 --all --group g")]
    [InlineData("dead redrive q 1 --group g --rate 5")]
    [InlineData("dead redrive q --all --group g --rate 0")]
    [InlineData("dead purge q --group g")]
    [InlineData("dead undo q --group g")]
    [InlineData("transaction show")]
    [InlineData("transaction commit")]
    [InlineData("transaction list --producer a,b")]
    [InlineData("bench publish --queue q --messages 1 --size 100 --mode 1")]
    [InlineData("bench publish --queue q --messages 0 --size 100")]
    [InlineData("bench publish --queue q --messages 1 --size 100 --keys 5")]
    [InlineData("bench publish --queue q --messages 1 --size 100 --warmup 1s")]
    [InlineData("serve --check --listen nowhere")]
    [InlineData("serve --check --listen 0.0.0.0")]
    [InlineData("queue list --password-file f")]
    [InlineData("queue list --token-file f --user ann")]
    [InlineData("user add ann --grant publish")]
    [InlineData("user add ann --grant operate:orders.*")]
    [InlineData("user add Ann --operator")]
    [InlineData("user token add ann --expires 1ms")]
    [InlineData("serve --check --store mysql --mysql host=")]
    [InlineData("serve --check --config no-such-file.json")]
    [InlineData("serve --json")]
    [InlineData("nonsense")]
    public async Task Wrong_usage_ends_with_two_and_prints_no_result(string arguments)
    {
        var result = await ProgramProcess.RunAsync(arguments.Split(' '));

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.NotEqual("", result.Errors);
    }

    [Theory]
    [InlineData("publish q x --priority 10", ErrorCode.FieldInvalid)]
    [InlineData("publish q x --delay=-5s", ErrorCode.DeliveryTimeInvalid)]
    [InlineData("publish q x --ttl=-5s", ErrorCode.ExpiryTimeInvalid)]
    [InlineData("message show nonsense", ErrorCode.MessageIdInvalid)]
    [InlineData("message cancel nonsense", ErrorCode.MessageIdInvalid)]
    [InlineData("message find q --tag a,,b", ErrorCode.TagInvalid)]
    [InlineData("transaction show nonsense", ErrorCode.FieldInvalid)]
    [InlineData("transaction commit nonsense", ErrorCode.FieldInvalid)]
    [InlineData("transaction rollback 0-17", ErrorCode.FieldInvalid)]
    [InlineData("group reset q --group g --to=-5", ErrorCode.ResetTargetInvalid)]
    [InlineData("group replay q --group g --from=-5", ErrorCode.ReplayRangeInvalid)]
    [InlineData("group set q --group g --rate=-1", ErrorCode.FieldInvalid)]
    [InlineData("group set q --group g --max-leased=-1", ErrorCode.FieldInvalid)]
    [InlineData("group set q --group g --max-attempts 0", ErrorCode.FieldInvalid)]
    [InlineData("group set q --group g --retry-delays=1s,-1s", ErrorCode.FieldInvalid)]
    [InlineData("dead redrive q --all --group g --rate=-1", ErrorCode.FieldInvalid)]
    public async Task Value_that_the_broker_would_refuse_is_told_with_its_number(string arguments, ErrorCode error)
    {
        var result = await ProgramProcess.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"({error}, error {(int)error})", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_key_of_the_configuration_is_wrong_usage()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder["config.json"], """{ "maxConections": 5 }""", Encoding.UTF8);

        var result = await ProgramProcess.RunAsync("serve", "--data", folder["data"], "--config", folder["config.json"]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("maxConections", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("publish q body --tag a,b", "TagInvalid, error 207")]
    [InlineData("publish q body --delay 4000d", "DeliveryTimeInvalid, error 210")]
    [InlineData("publish q body --at 2020-01-01T00:00:00Z", "DeliveryTimeInvalid, error 210")]
    [InlineData("publish q body --key 1 --key 2 --key 3 --key 4 --key 5 --key 6 --key 7 --key 8 --key 9", "TooManyKeys, error 205")]
    public async Task Message_that_no_broker_would_take_is_wrong_usage_before_a_broker_is_asked(string arguments, string expected)
    {
        var refused = await ProgramProcess.RunAsync([.. arguments.Split(' '), "--server", "127.0.0.1:1"]);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(expected, refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_can_never_be_right_is_wrong_usage_though_the_broker_found_it()
    {
        await using var server = await ServerProcess.StartedAsync();
        await ProgramProcess.RunAsync(["queue", "create", "q", "--server", server.Address]);

        var refused = await ProgramProcess.RunAsync(["recurring", "set", "q", "n", "body", "--cron", "never", "--server", server.Address]);
        var missing = await ProgramProcess.RunAsync(["group", "show", "none", "--group", "g", "--server", server.Address]);

        Assert.Equal((2, 1), (refused.ExitCode, missing.ExitCode));
        Assert.Contains("CronInvalid, error 513", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consumer_with_another_filter_is_refused_however_short_it_waits()
    {
        await using var server = await ServerProcess.StartedAsync();
        string[] consume = ["consume", "q", "--group", "g", "--wait", "1ms", "--server", server.Address];
        await ProgramProcess.RunAsync([.. consume, "--tag", "a"]);

        var refused = await ProgramProcess.RunAsync([.. consume, "--tag", "b"]);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("GroupFilterDiffers, error 401", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_that_is_taken_is_told_and_the_folder_is_not_touched()
    {
        await using var server = await ServerProcess.StartedAsync();
        using TemporaryFolder folder = new();

        var frames = await ProgramProcess.RunAsync(["serve", "--data", folder["data"], "--listen", server.Address, "--http", "127.0.0.1:0"]);
        var http = await ProgramProcess.RunAsync(["serve", "--data", folder["data"], "--listen", "127.0.0.1:0", "--http", server.Address]);

        Assert.Equal((1, 1), (frames.ExitCode, http.ExitCode));
        Assert.Contains($"forewave: listen: nobody can listen at {server.Address}: ", frames.Errors, StringComparison.Ordinal);
        Assert.Contains($"forewave: http: nobody can listen at {server.Address}: ", http.Errors, StringComparison.Ordinal);
        Assert.Contains("AddressUnusable, error 615", http.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["data"]));
    }

    [Fact]
    public async Task Data_folder_that_is_a_file_is_called_one()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder["data"], "no folder");

        var refused = await ProgramProcess.RunAsync(["serve", "--data", folder["data"], "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"]);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"'{folder["data"]}' is a file", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publisher_says_why_nothing_happens_on_a_full_disk_and_can_be_stopped()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder["full.json"], $$"""{ "minFreeBytes": {{long.MaxValue}} }""");
        await using var server = await ServerProcess.StartedAsync(["--data", folder["data"], "--config", folder["full.json"]]);
        var one = await ProgramProcess.RunAsync(["publish", "q", "body", "--server", server.Address]);
        await using var publisher = ProgramProcess.Start("publish", "q", "--server", server.Address);
        await publisher.FeedAsync("line\n"u8.ToArray());

        await Watching.UntilAsync(
            () => publisher.Errors.Contains("DiskFull, error 603", StringComparison.Ordinal), TimeSpan.FromMinutes(1), () => publisher.Errors);
        int exitCode = await publisher.InterruptAsync();

        Assert.Equal((1, 1), (one.ExitCode, exitCode));
        Assert.All([one.Errors, publisher.Errors], errors => Assert.Contains("1 of 1 not published", errors, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Port_of_http_is_told_from_a_broker()
    {
        await using var server = await ServerProcess.StartedAsync();

        var refused = await ProgramProcess.RunAsync(["queue", "list", "--server", server.HttpAddress]);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("these are bytes of HTTP", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_prints_every_setting_with_its_source_and_starts_nothing()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder["forewave.yaml"], "maxQueues: 7\n", Encoding.UTF8);

        var result = await ProgramProcess.RunAsync("serve", "--check", "--json", "--data", folder["data"], "--config", folder["forewave.yaml"]);

        Assert.Equal(0, result.ExitCode);
        using var settings = JsonDocument.Parse(result.Output);
        var found = settings.RootElement.EnumerateArray().ToDictionary(
            setting => setting.GetProperty("setting").GetString()!,
            setting => (setting.GetProperty("value").GetString(), setting.GetProperty("source").GetString()));
        Assert.Equal(("7", folder["forewave.yaml"]), found["maxQueues"]);
        Assert.Equal((folder["data"], "--data"), found["data"]);
        Assert.Equal(("127.0.0.1:7600", "default"), found["listen"]);
        Assert.False(Directory.Exists(folder["data"]));
    }

    private static async Task RejectAsync(string address, params byte[][] bodies)
    {
        await using ForewaveClient client = new(address);
        await using var producer = client.CreateProducer();
        await using var consumer = client.CreateConsumer(new QueueName("q"), new GroupName("g"));
        foreach (byte[] body in bodies)
        {
            await producer.PublishAsync(new QueueName("q"), body);
            var message = Assert.Single(await consumer.ReceiveAsync(1, TimeSpan.FromSeconds(30)));
            await message.RejectAsync("no good");
        }
    }
}
