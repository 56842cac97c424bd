namespace Forewave.Integration.Tests.Http;

/// <summary>Following a queue by server-sent events.</summary>
[Trait("Suite", "scenario")]
public sealed class EventTests(HttpBroker http) : IClassFixture<HttpBroker>
{
    [Fact]
    public async Task Follower_sees_what_is_there_and_what_comes_and_goes_on_after_its_last_event()
    {
        await http.AskAsync("POST", "/v1/queues/followed/messages", "one");
        await http.AskAsync("POST", "/v1/queues/followed/messages", "two", ("Forewave-Priority", "9"));
        string last;
        using (var follower = await FollowAsync("/v1/queues/followed/events?start=earliest"))
        {
            List<string> bodies = [(await NextAsync(follower)).Body, (await NextAsync(follower)).Body];
            await http.AskAsync("POST", "/v1/queues/followed/messages", "three");
            var third = await NextAsync(follower);
            last = third.Id;
            Assert.Equal(["one", "three", "two"], bodies.Append(third.Body).Order(StringComparer.Ordinal));
        }
        await http.AskAsync("POST", "/v1/queues/followed/messages", "four");
        using var again = await FollowAsync("/v1/queues/followed/events", last);

        Assert.Equal("four", (await NextAsync(again)).Body);
        var (_, groups) = await http.AskAsync("GET", "/v1/queues/followed/groups");
        Assert.Equal(0, groups.GetProperty("groups").GetArrayLength());
    }

    [Fact]
    public async Task Follower_of_a_queue_with_priorities_gets_each_message_once_though_it_came_back_in_the_middle()
    {
        for (int i = 0; i < 450; i += 150)
        {
            string list = string.Join(',', Enumerable.Range(i, 150).Select(n => $$"""{"body":"{{n}}","priority":{{n % 3 * 4}}}"""));
            await http.AskAsync("POST", "/v1/queues/banded/messages", $"[{list}]", ("Content-Type", "application/vnd.forewave.messages+json"));
        }
        List<string> bodies = [];
        string last = "";
        using (var follower = await FollowAsync("/v1/queues/banded/events?start=earliest"))
        {
            while (bodies.Count < 180)
            {
                (last, string body) = await NextAsync(follower);
                bodies.Add(body);
            }
        }
        using var again = await FollowAsync("/v1/queues/banded/events", last);
        while (bodies.Count < 450)
            bodies.Add((await NextAsync(again)).Body);
        await http.AskAsync("POST", "/v1/queues/banded/messages", "the last", ("Forewave-Priority", "8"));

        Assert.Equal("the last", (await NextAsync(again)).Body);
        Assert.Equal(Enumerable.Range(0, 450), bodies.Select(body => int.Parse(body, System.Globalization.CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public async Task Follower_of_a_queue_that_is_not_there_gets_a_problem()
    {
        var (status, problem) = await http.AskAsync("GET", "/v1/queues/missing/events");

        Assert.Equal((404, "QueueNotFound"), (status, problem.GetProperty("name").GetString()));
    }

    private async Task<StreamReader> FollowAsync(string target, string? last = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, target);
        if (last is not null)
            request.Headers.Add("Last-Event-ID", last);
        var response = await http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    private static async Task<(string Id, string Body)> NextAsync(StreamReader follower)
    {
        string id = "";
        while (await follower.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                return (id, System.Text.Json.JsonDocument.Parse(line[6..]).RootElement.GetProperty("body").GetString()!);
        }
        throw new EndOfStreamException();
    }
}
