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
