using System.Text.Json;

namespace Forewave.Integration.Tests.Http;

/// <summary>Receiving and settling over HTTP.</summary>
[Trait("Suite", "scenario")]
public sealed class ReceiveTests(HttpBroker http) : IClassFixture<HttpBroker>
{
    [Fact]
    public async Task Receive_waits_for_a_message()
    {
        var receive = http.AskAsync("POST", "/v1/queues/waiting/groups/g/receive?wait=60s");
        // The group is there as soon as the receive waits.
        while ((await http.AskAsync("GET", "/v1/queues/waiting/groups/g")).Status != 200)
            Assert.False(receive.IsCompleted);
        await http.AskAsync("POST", "/v1/queues/waiting/messages", "at last");
        var (status, answer) = await receive;

        Assert.Equal((200, "at last"), (status, answer.GetProperty("messages")[0].GetProperty("body").GetString()));
    }

    [Fact]
    public async Task Receive_without_a_message_answers_none()
    {
        var (status, answer) = await http.AskAsync("POST", "/v1/queues/nothing/groups/g/receive");

        Assert.Equal((200, 0), (status, answer.GetProperty("messages").GetArrayLength()));
    }

    [Fact]
    public async Task Message_goes_to_the_next_receive_when_the_one_who_waited_has_gone()
    {
        using CancellationTokenSource gone = new();
        var given = http.Client.PostAsync("/v1/queues/gone/groups/g/receive?wait=60s", null, gone.Token);
        while ((await http.AskAsync("GET", "/v1/queues/gone/groups/g")).Status != 200)
            Assert.False(given.IsCompleted);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);

        await http.AskAsync("POST", "/v1/queues/gone/messages", "a");
        JsonElement messages;
        do
        {
            // The broker may hear of the message before it hears of the end of the connection: then its lease ends by a release.
            var (_, answer) = await http.AskAsync("POST", "/v1/queues/gone/groups/g/receive?wait=1s");
            messages = answer.GetProperty("messages");
        }
        while (messages.GetArrayLength() == 0);

        Assert.Equal(("a", 1), (messages[0].GetProperty("body").GetString(), messages[0].GetProperty("attempt").GetInt32()));
    }

    [Fact]
    public async Task Settle_of_more_handles_than_may_be_is_refused_as_a_whole()
    {
        await http.AskAsync("POST", "/v1/queues/toomany/messages", "m");
        string[] handles = await HandlesAsync("/v1/queues/toomany/groups/g/receive?wait=30s", 1);
        string list = string.Join(',', Enumerable.Repeat($"\"{handles[0]}\"", Forewave.Protocol.Limits.MessagesPerFrame + 1));

        var (refused, problem) = await SettleAsync("toomany", $$"""{"handles":[{{list}}]}""");
        var (_, group) = await http.AskAsync("GET", "/v1/queues/toomany/groups/g");

        Assert.Equal((413, "TooManyMessages"), (refused, problem.GetProperty("name").GetString()));
        Assert.Equal(1, group.GetProperty("leased").GetInt32());
    }

    [Fact]
    public async Task Settled_is_what_its_handle_says()
    {
        for (int i = 0; i < 4; i++)
            await http.AskAsync("POST", "/v1/queues/settled/messages", $"m{i}");
        string[] handles = await HandlesAsync("/v1/queues/settled/groups/g/receive?max=4&wait=30s", 4);

        var (acked, _) = await SettleAsync("settled", $$"""{"handles":["{{handles[0]}}"]}""");
        var (again, _) = await SettleAsync("settled", $$"""{"verb":"ack","handles":["{{handles[0]}}"]}""");
        var (mixed, answer) = await SettleAsync(
            "settled",
            $$"""{"settles":[{"handle":"{{handles[1]}}","verb":"reject","reason":"no good"},{"handle":"{{handles[2]}}","verb":"nack","delay":"1h"},{"handle":"{{handles[3]}}","verb":"extend","visibility":"10m"}]}""");
        var (_, group) = await http.AskAsync("GET", "/v1/queues/settled/groups/g");

        Assert.Equal((200, 200, 200), (acked, again, mixed));
        Assert.Equal(3, answer.GetProperty("settled").GetInt32());
        Assert.Equal((1, 1, 1), (group.GetProperty("dead").GetInt32(), group.GetProperty("waiting").GetInt32(), group.GetProperty("leased").GetInt32()));
    }

    [Fact]
    public async Task Reason_that_is_too_long_is_refused()
    {
        await http.AskAsync("POST", "/v1/queues/reasons/messages", "a");
        string[] handles = await HandlesAsync("/v1/queues/reasons/groups/g/receive?wait=30s", 1);

        var (tooLong, problem) = await SettleAsync("reasons", $$"""{"verb":"nack","reason":"{{new string('x', 256)}}","handles":["{{handles[0]}}"]}""");
        var (long255, _) = await SettleAsync("reasons", $$"""{"verb":"nack","reason":"{{new string('x', 255)}}","handles":["{{handles[0]}}"]}""");

        Assert.Equal((400, "FieldInvalid", 200), (tooLong, problem.GetProperty("name").GetString(), long255));
    }

    [Fact]
    public async Task Handle_of_another_queue_is_refused()
    {
        await http.AskAsync("POST", "/v1/queues/mine/messages", "a");
        await http.AskAsync("PUT", "/v1/queues/yours");
        await http.AskAsync("PUT", "/v1/queues/yours/groups/g");
        string[] handles = await HandlesAsync("/v1/queues/mine/groups/g/receive?wait=30s", 1);

        var (other, problem) = await SettleAsync("yours", $$"""{"handles":["{{handles[0]}}"]}""");
        var (some, answer) = await SettleAsync("mine", $$"""{"handles":["{{handles[0]}}","nonsense"]}""");

        Assert.Equal((400, "HandleInvalid"), (other, problem.GetProperty("name").GetString()));
        Assert.Equal((207, 1), (some, answer.GetProperty("settled").GetInt32()));
        Assert.Equal("nonsense", answer.GetProperty("failures")[0].GetProperty("handle").GetString());
    }

    [Theory]
    [InlineData("{}", 801)]
    [InlineData("[]", 801)]
    [InlineData("""{"handles":[],"verbs":"ack"}""", 801)]
    [InlineData("""{"handles":[],"handles":[]}""", 801)]
    [InlineData("""{"handles":"a"}""", 112)]
    [InlineData("""{"handles":[],"verb":"eat"}""", 112)]
    [InlineData("""{"handles":[],"verb":"ack","delay":"1s"}""", 112)]
    [InlineData("""{"handles":[],"verb":"extend"}""", 112)]
    [InlineData("""{"handles":[],"verb":"ack-up-to"}""", 112)]
    public async Task Settle_that_cannot_be_understood_is_refused(string json, int number)
    {
        await http.AskAsync("PUT", "/v1/queues/understood");
        await http.AskAsync("PUT", "/v1/queues/understood/groups/g");

        var (status, problem) = await SettleAsync("understood", json);

        Assert.Equal((400, number), (status, problem.GetProperty("number").GetInt32()));
    }

    [Theory]
    [InlineData("max=0", 112)]
    [InlineData("max=1001", 112)]
    [InlineData("wait=61s", 112)]
    [InlineData("wiat=1s", 801)]
    [InlineData("wait=1s&wait=2s", 801)]
    [InlineData("tag=a,,b", 207)]
    [InlineData("start=never", 112)]
    [InlineData("consumer=%00", 201)]
    public async Task Receive_that_cannot_be_understood_is_refused(string query, int number)
    {
        var (status, problem) = await http.AskAsync("POST", $"/v1/queues/q/groups/g/receive?{query}");

        Assert.Equal((400, number), (status, problem.GetProperty("number").GetInt32()));
    }

    [Fact]
    public async Task Thousand_receives_wait_at_once()
    {
        var receives = Enumerable.Range(0, 1_000).Select(_ => http.AskAsync("POST", "/v1/queues/many/groups/g/receive?wait=60s")).ToArray();
        string list = $"[{string.Join(',', Enumerable.Repeat("{}", 1_000))}]";
        await http.AskAsync("POST", "/v1/queues/many/messages", list, ("Content-Type", "application/vnd.forewave.messages+json"));
        var answers = await Task.WhenAll(receives);

        var ids = answers.SelectMany(answer => answer.Answer.GetProperty("messages").EnumerateArray()).Select(message => message.GetProperty("messageId").GetString());
        Assert.Equal(1_000, ids.Distinct().Count());
    }

    private Task<(int Status, JsonElement Answer)> SettleAsync(string queue, string json) => http.AskAsync("POST", $"/v1/queues/{queue}/groups/g/settle", json);

    private async Task<string[]> HandlesAsync(string target, int count)
    {
        var (_, answer) = await http.AskAsync("POST", target);
        string[] handles = [.. answer.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("handle").GetString()!)];
        Assert.Equal(count, handles.Length);
        return handles;
    }
}
