using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Consuming;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;

namespace Forewave.Integration.Tests.Backups;

/// <summary>Backups of a broker that is used, and what a restored folder has and refuses.</summary>
[Trait("Suite", "scenario")]
public sealed class BackupScenarioTests
{
    private static readonly QueueName Orders = new("orders");
    private static readonly GroupName Billing = new("billing");
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Everything_acknowledged_before_a_backup_is_in_it_when_it_was_taken_under_load()
    {
        await using var server = await StartAsync();
        await using ForewaveClient client = new(server.Address);
        await SettleSomeAsync(client);
        using CancellationTokenSource end = new();
        ConcurrentDictionary<string, string> acknowledged = [];
        var load = Task.WhenAll(PublishAsync(client, acknowledged, end.Token), ChurnAsync(client, end.Token));
        await Watching.UntilAsync(() => acknowledged.Count > 2_000, Patience, () => server.Log);

        KeyValuePair<string, string>[] before = [.. acknowledged];
        var taken = await RunAsync("backup", "run", "--server", server.Address, "--rate", "4000000", "--json");
        KeyValuePair<string, string>[] during = [.. acknowledged];
        var second = await RunAsync("backup", "run", "--server", server.Address, "--json");
        await end.CancelAsync();
        await load;
        await server.KillAsync();

        Assert.True(during.Length > before.Length, "nothing was published while the backup was taken");
        Assert.Equal(0, (await RunAsync("backup", "verify", Folder(server))).ExitCode);
        var first = await RestoredAsync(server, "one", "--backup", "1");
        await CheckAsync(first, before, LogPosition.FromBits(Position(taken, "endPosition")));
        await first.DisposeAsync();
        var last = await RestoredAsync(server, "two");
        await CheckAsync(last, during, LogPosition.FromBits(Position(second, "endPosition")));
        await last.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_after_a_point_in_time_is_there_and_everything_before_it()
    {
        await using var server = await StartAsync();
        List<(MessageId Id, string Body)> published = [];
        await using (ForewaveClient client = new(server.Address))
        await using (var producer = client.CreateProducer())
        {
            for (int round = 0; round < 3; round++)
            {
                for (int i = 0; i < 200; i++)
                {
                    string body = string.Create(CultureInfo.InvariantCulture, $"{round}-{i}");
                    published.Add(((await producer.PublishAsync(Orders, Encoding.UTF8.GetBytes(body))).MessageId, body));
                }
                Assert.Equal(0, (await RunAsync("backup", "run", "--server", server.Address)).ExitCode);
            }
        }

        await server.KillAsync();
        var (id, _) = published[299];
        await using var restored = await RestoredAsync(server, "point", "--to-position", $"{id.Position}");

        Assert.Equal([.. published.Take(300).Select(message => message.Body)], await BodiesAsync(restored, "fresh", 300));
    }

    [Fact]
    public async Task Handle_of_before_the_restore_does_not_settle_the_message_that_has_its_offset_now()
    {
        await using var server = await StartAsync();
        await RunAsync(["publish", "orders", "in the backup", "--server", server.Address]);
        Assert.Equal("in the backup\n", (await RunAsync("consume", "orders", "--group", "billing", "--max", "1", "--server", server.Address)).Output);
        Assert.Equal(0, (await RunAsync("backup", "run", "--server", server.Address)).ExitCode);
        string lost = (await RunAsync("publish", "orders", "after it", "--server", server.Address)).Output.Trim();
        string handle = (await ReceiveAsync(server)).GetProperty("handle").GetString()!;
        await server.KillAsync();

        await using var restored = await RestoredAsync(server, "restored");
        string anew = (await RunAsync("publish", "orders", "another one", "--server", restored.Address)).Output.Trim();
        var settled = await SettleAsync(restored, handle);

        Assert.NotEqual(lost, anew);
        Assert.Equal(402, settled.GetProperty("number").GetInt32());
        var message = await ReceiveAsync(restored);
        Assert.Equal("another one", message.GetProperty("body").GetString());
        Assert.Equal(anew, message.GetProperty("messageId").GetString());
        Assert.NotEqual(0, (await RunAsync("message", "show", lost, "--server", restored.Address)).ExitCode);
    }

    [Fact]
    public async Task Producer_and_consumer_that_live_on_go_on_with_the_restored_folder()
    {
        await using var server = await StartAsync();
        await using ForewaveClient client = new(server.Address);
        await using var producer = client.CreateProducer();
        await using var consumer = client.CreateConsumer(Orders, Billing);
        for (int i = 0; i < 50; i++)
            await producer.PublishAsync(Orders, Encoding.UTF8.GetBytes($"kept {i}"));
        var kept = await consumer.ReceiveAsync(20, Wait);
        foreach (var message in kept)
            await message.AckAsync();
        Assert.Equal(0, (await RunAsync("backup", "run", "--server", server.Address)).ExitCode);
        for (int i = 0; i < 30; i++)
            await producer.PublishAsync(Orders, Encoding.UTF8.GetBytes($"cut off {i}"));
        await server.KillAsync();
        Assert.Equal(0, (await RunAsync("restore", Folder(server), "--data", server.PathOf("restored"))).ExitCode);
        server.Store = ["--data", server.PathOf("restored")];
        await server.StartAsync();

        for (int i = 0; i < 30; i++)
            await producer.PublishAsync(Orders, Encoding.UTF8.GetBytes($"new {i}"));

        var bodies = await BodiesAsync(server, "audit", 80);
        Assert.Equal([.. Enumerable.Range(0, 50).Select(i => $"kept {i}"), .. Enumerable.Range(0, 30).Select(i => $"new {i}")], bodies);
        HashSet<string> rest = [];
        while (rest.Count < 80 - kept.Count)
        {
            foreach (var message in await consumer.ReceiveAsync(100, Wait))
            {
                string body = Encoding.UTF8.GetString(message.Body.Span);
                if (!body.StartsWith("cut off", StringComparison.Ordinal) && !kept.Any(one => one.Id == message.Id))
                    rest.Add(body);
                message.Ack();
            }
        }
        Assert.Equal(80 - kept.Count, rest.Count);
    }

    [Fact]
    public async Task Backup_that_a_kill_of_the_broker_or_of_the_program_cut_off_counts_for_nothing()
    {
        await using var server = await StartAsync();
        await FillAsync(server, 64);
        Assert.Equal(0, (await RunAsync("backup", "run", "--server", server.Address, "--rate", "8000000", "--no-wait")).ExitCode);
        await Watching.UntilAsync(() => FilesIn(Folder(server)).Any(name => name.EndsWith(".part", StringComparison.Ordinal)), Patience, () => server.Log);
        await server.KillAsync();

        Assert.Equal("[]\n", (await RunAsync("backup", "list", Folder(server), "--json")).Output);
        await server.StartAsync();
        Assert.Equal(0, (await RunAsync("backup", "run", "--server", server.Address)).ExitCode);
        Assert.DoesNotContain(FilesIn(Folder(server)), name => name.EndsWith(".part", StringComparison.Ordinal));
        await server.KillAsync();

        string other = server.PathOf("other");
        await using (var program = ProgramProcess.Start("backup", "run", "--data", server.PathOf("data"), "--to", other))
        {
            await Watching.UntilAsync(() => program.HasEnded || (Directory.Exists(other) && FilesIn(other).Any()), Patience, () => program.Errors);
            await program.KillAsync();
        }

        Assert.Equal(0, (await RunAsync("backup", "run", "--data", server.PathOf("data"), "--to", other)).ExitCode);
        Assert.Equal(0, (await RunAsync("backup", "verify", other)).ExitCode);
        await server.StartAsync();
        var busy = await RunAsync("backup", "run", "--data", server.PathOf("data"), "--to", other);
        Assert.Equal(1, busy.ExitCode);
        Assert.Contains("FolderInUse", busy.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_backup_is_refused_and_a_running_one_can_be_cancelled()
    {
        await using var server = await StartAsync();
        await FillAsync(server, 16);
        await RunAsync("backup", "run", "--server", server.Address, "--rate", "100000", "--no-wait");

        var second = await RunAsync("backup", "run", "--server", server.Address);
        var cancelled = await RunAsync("backup", "cancel", "--server", server.Address);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("BackupRunning, error 671", second.Errors, StringComparison.Ordinal);
        Assert.Equal(0, cancelled.ExitCode);
        await using ForewaveClient client = new(server.Address);
        while ((await client.Administration.Backups.ShowAsync()).State == BackupState.Running)
        {
            // It ends at its next mebibyte.
        }
        Assert.Equal(BackupState.Cancelled, (await client.Administration.Backups.ShowAsync()).State);
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task Broker_without_a_folder_for_backups_refuses_and_wrong_usage_is_told()
    {
        await using var server = await ServerProcess.StartedAsync();

        var off = await RunAsync("backup", "run", "--server", server.Address);
        var mixed = await RunAsync("backup", "run", "--data", "a", "--server", server.Address);
        var both = await RunAsync("restore", server.PathOf(""), "--data", server.PathOf("x"), "--backup", "1", "--to-time", "2026-12-24T18:00:00Z");
        var missing = await RunAsync("backup", "list", server.PathOf("nothing"));

        Assert.Equal((1, 2, 2, 1), (off.ExitCode, mixed.ExitCode, both.ExitCode, missing.ExitCode));
        Assert.Contains("BackupOff, error 670", off.Errors, StringComparison.Ordinal);
    }

    private static async Task<ServerProcess> StartAsync()
    {
        ServerProcess server = new();
        string config = server.PathOf("config.json");
        await File.WriteAllTextAsync(config, JsonSerializer.Serialize(new Dictionary<string, string> { ["backupFolder"] = Folder(server) }));
        server.Store = ["--data", server.PathOf("data"), "--config", config];
        await server.StartAsync();
        return server;
    }

    private static string Folder(ServerProcess server) => server.PathOf("backups");

    private static Task<ProgramResult> RunAsync(params string[] arguments) => ProgramProcess.RunAsync(arguments);

    private static async Task<ServerProcess> RestoredAsync(ServerProcess server, string name, params string[] point)
    {
        var restored = await RunAsync(["restore", Folder(server), "--data", server.PathOf(name), .. point]);
        Assert.True(restored.ExitCode == 0, $"{restored}");
        return await ServerProcess.StartedAsync(["--data", server.PathOf(name)]);
    }

    // Of 20 messages 10 are acked, 2 are dead letters, the others were not handed out; the group of another queue is deleted with it.
    private static async Task SettleSomeAsync(ForewaveClient client)
    {
        await using var producer = client.CreateProducer();
        for (int i = 0; i < 20; i++)
            await producer.PublishAsync(new QueueName("settled"), Encoding.UTF8.GetBytes($"settled {i}"));
        await producer.PublishAsync(new QueueName("deleted"), "x"u8.ToArray());
        await using (var consumer = client.CreateConsumer(new QueueName("settled"), Billing, new ConsumerOptions { PrefetchMessages = 12 }))
        {
            List<ReceivedMessage> messages = [];
            while (messages.Count < 12)
                messages.AddRange(await consumer.ReceiveAsync(12 - messages.Count, Wait));
            foreach (var message in messages.Take(10))
                await message.AckAsync();
            foreach (var message in messages.Skip(10))
                await message.RejectAsync("no good");
        }
        await client.Administration.DeleteQueueAsync(new QueueName("deleted"));
    }

    private static async Task PublishAsync(ForewaveClient client, ConcurrentDictionary<string, string> acknowledged, CancellationToken end)
    {
        await using var producer = client.CreateProducer();
        for (int i = 0; !end.IsCancellationRequested; i += 20)
        {
            int first = i;
            await Task.WhenAll(Enumerable.Range(first, 20).Select(async number =>
            {
                string body = string.Create(CultureInfo.InvariantCulture, $"{number} {new string('x', 500)}");
                acknowledged[body] = (await producer.PublishAsync(Orders, Encoding.UTF8.GetBytes(body))).MessageId.ToString();
            }));
        }
    }

    // Queues come and go, messages are settled: what a backup must not trip over.
    private static async Task ChurnAsync(ForewaveClient client, CancellationToken end)
    {
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            QueueName queue = new($"churn{i % 5}");
            await using (var producer = client.CreateProducer())
            {
                for (int message = 0; message < 10; message++)
                    await producer.PublishAsync(queue, new byte[2_000]);
            }
            await using (var consumer = client.CreateConsumer(queue, Billing))
            {
                foreach (var message in await consumer.ReceiveAsync(5, Wait))
                    await message.AckAsync();
            }
            await client.Administration.DeleteQueueAsync(queue);
        }
    }

    private static async Task CheckAsync(ServerProcess restored, IEnumerable<KeyValuePair<string, string>> expected, LogPosition end)
    {
        await using ForewaveClient client = new(restored.Address);
        var orders = await client.Administration.ShowQueueAsync(Orders);
        Dictionary<string, string> found = [];
        await using (var consumer = client.CreateConsumer(Orders, new GroupName("fresh")))
        {
            while (found.Count < orders.Messages)
            {
                foreach (var message in await consumer.ReceiveAsync(1_000, Wait))
                {
                    Assert.True(found.TryAdd(Encoding.UTF8.GetString(message.Body.Span), message.Id.ToString()), $"{message.Id} came twice");
                    Assert.True(message.Id.Position <= end, $"{message.Id} is after the backup's end, {end}");
                    message.Ack();
                }
            }
        }
        var missing = expected.Where(message => !found.TryGetValue(message.Key, out string? id) || id != message.Value).ToArray();
        Assert.True(missing.Length == 0, $"{missing.Length} of the acknowledged messages are missing, such as {missing.FirstOrDefault().Value}");

        var group = await client.Administration.ShowGroupAsync(new QueueName("settled"), Billing);
        Assert.Equal((8L, 2L), (group.Lag, group.Dead));
        Assert.DoesNotContain("deleted", (await RunAsync("queue", "list", "--server", restored.Address)).Output, StringComparison.Ordinal);
        await using var rest = client.CreateConsumer(new QueueName("settled"), Billing);
        HashSet<string> again = [];
        while (again.Count < 8)
            again.UnionWith((await rest.ReceiveAsync(20, Wait)).Select(message => Encoding.UTF8.GetString(message.Body.Span)));
        Assert.Equal([.. Enumerable.Range(12, 8).Select(i => $"settled {i}")], again.Order(StringComparer.Ordinal));
    }

    private static async Task<List<string>> BodiesAsync(ServerProcess server, string group, int count)
    {
        var consumed = await RunAsync("consume", "orders", "--group", group, "--max", $"{count + 1}", "--wait", "1s", "--server", server.Address);
        return [.. consumed.Output.TrimEnd('\n').Split('\n')];
    }

    private static async Task<JsonElement> ReceiveAsync(ServerProcess server)
    {
        using HttpClient http = new();
        using var response = await http.PostAsync($"http://{server.HttpAddress}/v1/queues/orders/groups/billing/receive?wait=20s", null);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return Assert.Single(answer.GetProperty("messages").EnumerateArray());
    }

    private static async Task<JsonElement> SettleAsync(ServerProcess server, string handle)
    {
        using HttpClient http = new();
        using var response = await http.PostAsJsonAsync($"http://{server.HttpAddress}/v1/queues/orders/groups/billing/settle", new { handles = new[] { handle } });
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task FillAsync(ServerProcess server, int mebibytes)
    {
        var filled = await RunAsync(
            "bench", "publish", "--server", server.Address, "--queue", "orders", "--messages", $"{mebibytes * 16}", "--size", "65536", "--json");
        Assert.True(filled.ExitCode == 0, $"{filled}");
    }

    private static IEnumerable<string> FilesIn(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : [];

    private static ulong Position(ProgramResult result, string name)
    {
        Assert.True(result.ExitCode == 0, $"{result}");
        using var document = JsonDocument.Parse(result.Output);
        return ulong.Parse(document.RootElement.GetProperty(name).GetString()!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
