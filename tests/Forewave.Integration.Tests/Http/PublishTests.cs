using System.Text;
using System.Text.Json;
using Forewave.Client;
using Forewave.Protocol;

namespace Forewave.Integration.Tests.Http;

/// <summary>Publishing over HTTP: any body, envelopes, idempotency, refusals.</summary>
[Trait("Suite", "scenario")]
public sealed class PublishTests(HttpBroker http) : IClassFixture<HttpBroker>
{
    private const string Envelope = "application/vnd.forewave.message+json";
    private const string Envelopes = "application/vnd.forewave.messages+json";

    [Fact]
    public async Task Body_of_any_type_is_a_message_with_what_its_headers_say()
    {
        byte[] body = [0xFF, 0, 1, (byte)'\n', 0xFE];
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/queues/any/messages") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("image/png");
        request.Headers.Add("Forewave-Key", ["k1", "k2"]);
        request.Headers.Add("Forewave-Tag", "pictures");
        request.Headers.Add("Forewave-Header", "album=Ü=x");
        request.Headers.Add("Forewave-Ordering-Key", "album-1");
        request.Headers.Add("Forewave-Priority", "7");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        using var response = await http.Client.SendAsync(request);
        await using ForewaveClient client = new(new ForewaveClientOptions { Connector = http.Broker.ConnectAsync });
        await using var consumer = client.CreateConsumer(new QueueName("any"), new GroupName("g"));
        var message = Assert.Single(await consumer.ReceiveAsync(1, TimeSpan.FromSeconds(30)));

        Assert.Equal(201, (int)response.StatusCode);
        Assert.Equal(body, message.Body.ToArray());
        Assert.Equal(["k1", "k2"], message.Keys);
        Assert.Equal(("pictures", "album-1", 7), (message.Tag, message.OrderingKey, message.Priority));
        var headers = message.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.Value.Span));
        Assert.Equal("image/png", headers["content-type"]);
        Assert.Equal("Ü=x", headers["album"]);
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", headers["traceparent"]);
    }

    [Fact]
    public async Task Chunked_body_and_empty_body_are_messages()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/queues/chunked/messages") { Content = new StreamContent(new MemoryStream(new byte[200_000])) };
        request.Headers.TransferEncodingChunked = true;

        using var chunked = await http.Client.SendAsync(request);
        var (empty, _) = await http.AskAsync("POST", "/v1/queues/chunked/messages");
        var (_, found) = await http.AskAsync("GET", "/v1/queues/chunked/messages");

        Assert.Equal((201, 201), ((int)chunked.StatusCode, empty));
        Assert.Equal([200_000, 0], found.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("bodyBytes").GetInt32()));
    }

    [Fact]
    public async Task Repeat_under_an_idempotency_key_names_the_first_message()
    {
        var (first, receipt) = await http.AskAsync("POST", "/v1/queues/once/messages", "pay", ("Idempotency-Key", "payment-1"));
        var (second, again) = await http.AskAsync("POST", "/v1/queues/once/messages", "pay", ("Idempotency-Key", "payment-1"));
        var (third, envelope) = await http.AskAsync("POST", "/v1/queues/once/messages", """{"body":"pay"}""", ("Content-Type", Envelope), ("Idempotency-Key", "payment-1"));

        Assert.Equal((201, 200, 200), (first, second, third));
        Assert.Equal(receipt.GetProperty("messageId").GetString(), again.GetProperty("messageId").GetString());
        Assert.Equal(receipt.GetProperty("messageId").GetString(), envelope.GetProperty("messageId").GetString());
        Assert.True(again.GetProperty("duplicate").GetBoolean());
    }

    [Fact]
    public async Task Bodies_of_envelopes_come_out_as_they_are_meant()
    {
        const string json = """[{"body":"a\nü😀"},{"bodyJson":{ "a": [1, 2.50] }},{"bodyBase64":"/wA="},{"body":"plain"},{}]""";

        var (status, answer) = await http.AskAsync("POST", "/v1/queues/bodies/messages", json, ("Content-Type", Envelopes));
        var (_, received) = await http.AskAsync("POST", "/v1/queues/bodies/groups/g/receive?max=10&wait=30s");

        Assert.Equal((201, 5), (status, answer.GetProperty("results").GetArrayLength()));
        var messages = received.GetProperty("messages");
        Assert.Equal("a\nü😀", messages[0].GetProperty("body").GetString());
        Assert.Equal("""{ "a": [1, 2.50] }""", messages[1].GetProperty("body").GetString());
        Assert.Equal([0xFF, 0], messages[2].GetProperty("bodyBase64").GetBytesFromBase64());
        Assert.Equal(("plain", ""), (messages[3].GetProperty("body").GetString(), messages[4].GetProperty("body").GetString()));
    }

    [Fact]
    public async Task Message_that_is_refused_among_others_has_its_own_problem()
    {
        string json = $$"""[{"body":"a"},{"body":"b","keys":["{{new string('k', 256)}}"]},{"body":"c"}]""";

        var (status, answer) = await http.AskAsync("POST", "/v1/queues/some/messages", json, ("Content-Type", Envelopes));
        var (_, queue) = await http.AskAsync("GET", "/v1/queues/some");

        Assert.Equal((207, 2), (status, queue.GetProperty("messages").GetInt32()));
        var results = answer.GetProperty("results");
        Assert.Equal("KeyTooLong", results[1].GetProperty("error").GetProperty("name").GetString());
        Assert.True(results[0].TryGetProperty("messageId", out _) && results[2].TryGetProperty("messageId", out _));
    }

    [Theory]
    [InlineData("{", 801)]
    [InlineData("""{"body":"a"} x""", 801)]
    [InlineData("""{"body":"a","bodi":1}""", 801)]
    [InlineData("""{"body":"a","bodyBase64":"YQ=="}""", 801)]
    [InlineData("""{"body":"\ud800"}""", 801)]
    [InlineData("""{"body":5}""", 112)]
    [InlineData("""{"bodyBase64":"?"}""", 112)]
    [InlineData("""{"priority":10}""", 112)]
    [InlineData("""{"delay":"soon"}""", 112)]
    [InlineData("""{"delay":"1s","deliverAt":"2030-01-01T00:00:00Z"}""", 112)]
    [InlineData("""{"headers":{"a":"b"}}""", 112)]
    [InlineData("[]", 801)]
    public async Task Envelope_that_is_none_is_refused_and_nothing_stored(string json, int number)
    {
        var (status, problem) = await http.AskAsync("POST", "/v1/queues/none/messages", json, ("Content-Type", Envelope));
        var (_, queues) = await http.AskAsync("GET", "/v1/queues?prefix=none");

        Assert.Equal((400, number, "no"), (status, problem.GetProperty("number").GetInt32(), problem.GetProperty("stored").GetString()));
        Assert.Equal(0, queues.GetProperty("queues").EnumerateArray().Sum(queue => queue.GetProperty("messages").GetInt32()));
    }

    [Fact]
    public async Task Broken_list_is_refused_as_a_whole()
    {
        var (status, problem) = await http.AskAsync("POST", "/v1/queues/broken/messages", """[{"body":"a"},{"body":"b"},{""", ("Content-Type", Envelopes));
        var (found, _) = await http.AskAsync("GET", "/v1/queues/broken");

        Assert.Equal((400, 404, "RequestInvalid"), (status, found, problem.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("Forewave-Priority", "10", 112)]
    [InlineData("Forewave-Delay", "-1s", 112)]
    [InlineData("Forewave-Ttl", "0s", 112)]
    [InlineData("Forewave-Deliver-At", "tomorrow", 112)]
    [InlineData("Forewave-Deliver-At", "2020-01-01T00:00:00Z", 210)]
    [InlineData("Forewave-Header", "novalue", 112)]
    [InlineData("Forewave-Tag", "a,b", 207)]
    [InlineData("Sec-Fetch-Site", "cross-site", 807)]
    [InlineData("Origin", "http://evil.example", 807)]
    [InlineData("Host", "evil.example", 807)]
    public async Task Header_that_cannot_be_is_refused(string name, string value, int number)
    {
        var (status, problem) = await http.AskAsync("POST", "/v1/queues/wrong/messages", "a", (name, value));

        Assert.Equal((number == 807 ? 403 : 400, number), (status, problem.GetProperty("number").GetInt32()));
    }

    [Fact]
    public async Task Scheduled_message_comes_when_it_is_due()
    {
        var (_, receipt) = await http.AskAsync("POST", "/v1/queues/later/messages", "a", ("Forewave-Delay", "1h"));
        string id = receipt.GetProperty("messageId").GetString()!;
        var (_, moved) = await http.AskAsync("POST", $"/v1/queues/later/messages/{id}/reschedule", """{"delay":"1ms"}""");
        var (_, received) = await http.AskAsync("POST", "/v1/queues/later/groups/g/receive?wait=30s");

        Assert.Equal(1, moved.GetProperty("messages").GetInt32());
        Assert.Equal(JsonValueKind.String, received.GetProperty("messages")[0].GetProperty("handle").ValueKind);
    }
}
