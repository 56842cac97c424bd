using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Integration.Tests.Cluster;

/// <summary>A queue of several partitions is one queue for whoever looks at it, changes it or uses it over HTTP, whichever broker is asked.</summary>
[Trait("Suite", "cluster")]
public sealed class WholeQueueTests : IAsyncLifetime
{
    private const int Messages = 60;
    private static readonly QueueName Queue = new("orders");
    private static readonly GroupName Group = new("billing");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly string[] Keys = OfEach(7);

    private readonly HttpClient _http = new() { Timeout = Patience };
    private FilesCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await FilesCluster.StartedAsync(3);

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Dead_letters_are_listed_redriven_watched_and_undone_at_all_partitions()
    {
        await RejectAsync(Messages);

        JsonElement[] letters = await ListAsync(1, "dead", "list", "orders", "--group", "billing");
        string[] places = [.. letters.Select(letter => letter.GetProperty("place").GetString()!)];
        string[] some = ["0-1", "1-1", "2-1"];
        ProgramResult redriven = await RunAsync(2, ["dead", "redrive", "orders", .. some, "--group", "billing", "--json"]);
        Assert.True(redriven.ExitCode == 0, $"{redriven}\n{_cluster.Log}");
        JsonElement done = JsonDocument.Parse(redriven.Output).RootElement;
        ProgramResult undone = await RunAsync(0, ["dead", "undo", "orders", done.GetProperty("operation").GetString()!, "--group", "billing"]);
        ProgramResult all = await RunAsync(0, ["dead", "redrive", "orders", "--group", "billing", "--filter", "reason~\"no good\"", "--json"]);
        Assert.True(all.ExitCode == 0, $"{all}\n{_cluster.Log}");
        JsonElement operation = JsonDocument.Parse(all.Output).RootElement;

        Assert.Equal(Messages, places.Distinct().Count());
        Assert.Equal(["0", "1", "2"], places.Select(place => place.Split('-')[0]).Distinct().Order());
        Assert.Equal(letters.Select(letter => letter.GetProperty("deathTime").GetDateTimeOffset()).Order(), letters.Select(letter => letter.GetProperty("deathTime").GetDateTimeOffset()));
        Assert.Equal((3, "0-1,1-1,2-1"), (done.GetProperty("messages").GetInt32(), done.GetProperty("operation").GetString()));
        Assert.StartsWith("3 messages", undone.Output, StringComparison.Ordinal);
        Assert.Equal((Messages, "done", "0-3,1-3,2-3"), (operation.GetProperty("messages").GetInt32(), operation.GetProperty("state").GetString(), operation.GetProperty("operation").GetString()));
        Assert.Equal(9, (await ListAsync(2, "dead", "operations", "orders")).Length);
    }

    [Fact]
    public async Task List_without_a_killed_partition_says_so_and_fails_and_changes_are_done_nowhere()
    {
        await RejectAsync(Messages);
        await _cluster.Brokers[1].KillAsync();

        ProgramResult listed = await RunAsync(0, ["dead", "list", "orders", "--group", "billing", "--json"]);
        ProgramResult purged = await RunAsync(2, ["dead", "purge", "orders", "--group", "billing", "--all"]);
        JsonElement overHttp = await GetAsync(2, "/v1/queues/orders/groups/billing/dead?max=1000");
        JsonElement[] one = await ListAsync(0, "dead", "list", "orders", "--group", "billing", "--partition", "2");

        int there = JsonDocument.Parse(listed.Output).RootElement.GetArrayLength();
        Assert.InRange(there, 1, Messages - 1);
        Assert.Equal(1, listed.ExitCode);
        Assert.Contains("Partition 1 did not answer", listed.Errors, StringComparison.Ordinal);
        Assert.Contains("error 651", listed.Errors, StringComparison.Ordinal);
        Assert.Equal(1, purged.ExitCode);
        Assert.Contains("nothing was done at any partition", purged.Errors, StringComparison.Ordinal);
        Assert.Equal(there, overHttp.GetProperty("letters").GetArrayLength());
        Assert.Equal([1], overHttp.GetProperty("unanswered").EnumerateArray().Select(partition => partition.GetInt32()));
        Assert.InRange(one.Length, 1, there - 1);
    }

    [Fact]
    public async Task Messages_are_found_scheduled_and_cancelled_at_all_partitions()
    {
        ProgramResult published = await RunAsync(0, ["publish", "orders", "--file", await LinesAsync(30), "--key", "k", "--delay", "1h"]);
        string[] ids = published.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        JsonElement found = JsonDocument.Parse((await RunAsync(1, ["message", "find", "orders", "--key", "k", "--max", "20", "--json"])).Output).RootElement;
        JsonElement rest = JsonDocument.Parse((await RunAsync(2, ["message", "find", "orders", "--key", "k", "--resume", found.GetProperty("resume").GetString()!, "--json"])).Output).RootElement;
        JsonElement[] scheduled = await ListAsync(2, "message", "scheduled", "orders");
        ProgramResult cancelled = await RunAsync(1, ["message", "cancel", .. ids[..10]]);
        ProgramResult byKey = await RunAsync(0, ["message", "cancel", "--queue", "orders", "--key", "k"]);

        Assert.Equal(ids.Order(StringComparer.Ordinal), IdsOf(found).Concat(IdsOf(rest)).Order(StringComparer.Ordinal));
        Assert.Equal(ids.Order(StringComparer.Ordinal), scheduled.Select(one => one.GetProperty("messageId").GetString()!).Order(StringComparer.Ordinal));
        DateTimeOffset[] due = [.. scheduled.Select(one => one.GetProperty("deliverAt").GetDateTimeOffset())];
        Assert.Equal(due.Order(), due);
        Assert.Equal(("10 messages\n", "20 messages\n"), (cancelled.Output, byKey.Output));
    }

    [Fact]
    public async Task Group_is_reset_and_replayed_at_all_partitions_and_recurring_messages_are_one()
    {
        await RunAsync(0, ["publish", "orders", "--file", await LinesAsync(Messages)]);
        await RunAsync(1, ["consume", "orders", "--group", "billing", "--max", $"{Messages}"]);

        JsonElement reset = JsonDocument.Parse((await RunAsync(2, ["group", "reset", "orders", "--group", "billing", "--to", "earliest", "--force", "--json"])).Output).RootElement;
        ProgramResult again = await RunAsync(0, ["consume", "orders", "--group", "billing", "--max", $"{Messages}"]);
        JsonElement replay = JsonDocument.Parse((await RunAsync(1, ["group", "replay", "orders", "--group", "billing", "--from", "earliest", "--dry-run", "--json"])).Output).RootElement;
        await RunAsync(1, ["recurring", "set", "orders", "daily", "wake", "--cron", "0 6 * * *"]);
        await RunAsync(2, ["recurring", "set", "orders", "daily", "wake up", "--cron", "0 7 * * *"]);
        JsonElement[] recurring = await ListAsync(0, "recurring", "list");

        Assert.Equal(Messages, reset.GetProperty("repeated").GetInt32());
        Assert.Equal(Messages, again.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Count());
        Assert.Equal(Messages, replay.GetProperty("settled").GetInt32());
        Assert.Equal("0 7 * * *", Assert.Single(recurring).GetProperty("cron").GetString());
    }

    [Fact]
    public async Task Http_of_any_broker_publishes_receives_settles_and_follows_for_all_partitions()
    {
        List<string> ids = [];
        foreach (int one in Enumerable.Range(0, Messages))
        {
            using HttpRequestMessage publish = new(HttpMethod.Post, Url(one % 3, "/v1/queues/orders/messages")) { Content = new StringContent($"{one}") };
            publish.Headers.Add("Forewave-Ordering-Key", Keys[one % Keys.Length]);
            using HttpResponseMessage stored = await _http.SendAsync(publish);
            Assert.True(stored.StatusCode == HttpStatusCode.Created, await stored.Content.ReadAsStringAsync());
            ids.Add((await stored.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("messageId").GetString()!);
        }

        List<JsonElement> received = [];
        while (received.Count < Messages)
        {
            JsonElement some = await PostAsync(0, "/v1/queues/orders/groups/billing/receive?max=50&wait=20s", null);
            JsonElement[] messages = [.. some.GetProperty("messages").EnumerateArray()];
            Assert.NotEmpty(messages);
            received.AddRange(messages);
            JsonElement settled = await PostAsync(2, "/v1/queues/orders/groups/billing/settle", new { handles = messages.Select(message => message.GetProperty("handle").GetString()) });
            Assert.Equal(messages.Length, settled.GetProperty("settled").GetInt32());
        }

        JsonElement group = await GetAsync(1, "/v1/queues/orders/groups/billing");
        string[] events = await FollowAsync(1, Messages);
        Assert.Equal(["0", "1", "2"], ids.Select(id => id.Split('-')[0]).Distinct().Order());
        Assert.Equal(ids.Order(StringComparer.Ordinal), received.Select(message => message.GetProperty("messageId").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(received.GroupBy(message => message.GetProperty("orderingKey").GetString()), AssertInOrder);
        Assert.Equal(0, group.GetProperty("lag").GetInt64());
        Assert.Equal(ids.Order(StringComparer.Ordinal), events.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Http_of_a_broker_that_is_not_master_answers_through_the_others()
    {
        await using ServerProcess other = _cluster.BrokerOf(0, "other");
        await other.StartAsync();
        await FilesCluster.UntilReadyAsync(other, HttpStatusCode.ServiceUnavailable, "the master is b0");
        string url = $"http://{other.HttpAddress}/v1/queues/orders";

        foreach (int one in Enumerable.Range(0, 9))
        {
            using HttpResponseMessage stored = await _http.PostAsync(new Uri($"{url}/messages"), new StringContent($"{one}"));
            Assert.True(stored.StatusCode == HttpStatusCode.Created, await stored.Content.ReadAsStringAsync());
        }

        JsonElement queue = await _http.GetFromJsonAsync<JsonElement>(new Uri(url));
        using HttpResponseMessage own = await _http.GetAsync(new Uri($"http://{other.HttpAddress}/v1/broker"));
        Assert.Equal(9, queue.GetProperty("messages").GetInt64());
        Assert.Contains("the master is b0", await own.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static void AssertInOrder(IGrouping<string?, JsonElement> key)
    {
        long[] bodies = [.. key.Select(message => long.Parse(message.GetProperty("body").GetString()!, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(bodies.Order(), bodies);
    }

    private static IEnumerable<string> IdsOf(JsonElement found) =>
        found.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("messageId").GetString()!);

    // So many for each partition.
    private static string[] OfEach(int count) =>
    [
        .. Enumerable.Range(0, 3).SelectMany(partition => Enumerable.Range(0, 10_000).Select(one => $"key-{one}")
            .Where(key => SlotMap.Spread([new(0), new(1), new(2)]).OwnerOf(key).Value == partition).Take(count)),
    ];

    // Their deduplication ids say where they go: without, a broker that is slow for a second would get none.
    private async Task RejectAsync(int messages)
    {
        await using ForewaveClient client = new(_cluster.Brokers[0].Address);
        await using Producer producer = client.CreateProducer();
        await Task.WhenAll(OfEach(messages / 3).Select(id => producer.PublishAsync(Queue, new Message("body"u8.ToArray()) { DeduplicationId = id }).AsTask()));
        await using Consumer consumer = client.CreateConsumer(Queue, Group);
        int rejected = 0;
        await foreach (ReceivedMessage message in consumer)
        {
            await message.RejectAsync("no good");
            if (++rejected == messages)
                break;
        }
    }

    private async Task<string> LinesAsync(int lines)
    {
        string path = _cluster.PathOf("lines");
        await File.WriteAllTextAsync(path, string.Concat(Enumerable.Range(0, lines).Select(one => $"{one}\n")));
        return path;
    }

    private async Task<JsonElement[]> ListAsync(int broker, params string[] arguments)
    {
        ProgramResult listed = await RunAsync(broker, [.. arguments, "--json"]);
        Assert.True(listed.ExitCode == 0, $"{listed}\n{_cluster.Log}");
        return [.. JsonDocument.Parse(listed.Output).RootElement.EnumerateArray()];
    }

    private Task<ProgramResult> RunAsync(int broker, string[] arguments) => ProgramProcess.RunAsync([.. arguments, "--server", _cluster.Brokers[broker].Address]);

    private Uri Url(int broker, string path) => new($"http://{_cluster.Brokers[broker].HttpAddress}{path}");

    private async Task<JsonElement> GetAsync(int broker, string path)
    {
        using HttpResponseMessage answer = await _http.GetAsync(Url(broker, path));
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{await answer.Content.ReadAsStringAsync()}\n{_cluster.Log}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<JsonElement> PostAsync(int broker, string path, object? body)
    {
        using HttpContent? content = body is null ? null : JsonContent.Create(body);
        using HttpResponseMessage answer = await _http.PostAsync(Url(broker, path), content);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{await answer.Content.ReadAsStringAsync()}\n{_cluster.Log}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    // The ids of the first messages; it comes back once, and goes on where it was.
    private async Task<string[]> FollowAsync(int broker, int messages)
    {
        List<string> ids = [];
        string? last = null;
        while (ids.Count < messages)
        {
            using HttpRequestMessage follow = new(HttpMethod.Get, Url(broker, last is null ? "/v1/queues/orders/events?start=earliest" : "/v1/queues/orders/events"));
            if (last is not null)
                follow.Headers.Add("Last-Event-ID", last);
            using HttpResponseMessage answer = await _http.SendAsync(follow, HttpCompletionOption.ResponseHeadersRead);
            using StreamReader reader = new(await answer.Content.ReadAsStreamAsync());
            int until = last is null ? messages / 2 : messages;
            while (ids.Count < until && await reader.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                    last = line[4..];
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                    ids.Add(JsonDocument.Parse(line[6..]).RootElement.GetProperty("messageId").GetString()!);
            }
        }
        return [.. ids];
    }
}
