using System.Text;
using System.Text.Json;

namespace Forewave.Integration.Tests.Http;

/// <summary>Requests that no client should send: a problem document or a closed connection, and the next request is served.</summary>
[Trait("Suite", "scenario")]
public sealed class BadRequestTests(HttpBroker http) : IClassFixture<HttpBroker>
{
    [Theory]
    [InlineData("GET", "/v1", 404, 802)]
    [InlineData("GET", "/v1/queues/", 404, 802)]
    [InlineData("GET", "/v1/queues/q/nothing", 404, 802)]
    [InlineData("GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m", 404, 802)]
    [InlineData("POST", "/openapi.json", 405, 803)]
    [InlineData("GET", "/v1/queues/q/groups/g/receive", 405, 803)]
    [InlineData("DELETE", "/v1/queues", 405, 803)]
    [InlineData("GET", "/v1/queues/absent", 404, 501)]
    [InlineData("GET", "/v1/queues/absent/groups/g", 404, 501)]
    [InlineData("GET", "/v1/queues/Upper", 400, 201)]
    [InlineData("GET", "/v1/queues/a,b", 400, 201)]
    [InlineData("POST", "/v1/queues/$system/messages", 403, 505)]
    [InlineData("GET", "/v1/queues?limit=5", 400, 801)]
    [InlineData("GET", "/v1/queues/q/messages/nonsense", 400, 550)]
    [InlineData("GET", "/v1/queues/q/messages/0-0000100000FFFFFF", 404, 510)]
    public async Task Request_that_cannot_be_served_gets_its_problem(string method, string target, int status, int number)
    {
        var (actual, problem) = await http.AskAsync(method, target);

        Assert.Equal((status, number, status), (actual, problem.GetProperty("number").GetInt32(), problem.GetProperty("status").GetInt32()));
        Assert.Equal($"urn:forewave:error:{number}", problem.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("GET /v1/queues/../../etc/passwd HTTP/1.1")]
    [InlineData("GET /v1/queues/..%2f..%2fetc%2fpasswd HTTP/1.1")]
    [InlineData("GET /v1/queues/%2e%2e HTTP/1.1")]
    [InlineData("GET /v1/queues/%c3%28 HTTP/1.1")]
    [InlineData("GET /v1/queues/%zz HTTP/1.1")]
    [InlineData("GET /v1/queues/%00 HTTP/1.1")]
    [InlineData("GET //v1/queues HTTP/1.1")]
    [InlineData("GET http://127.0.0.1/v1/queues/../q HTTP/1.1")]
    [InlineData("OPTIONS * HTTP/1.1")]
    public async Task Path_that_plays_tricks_finds_nothing(string line)
    {
        string answer = await http.SendRawAsync(Encoding.Latin1.GetBytes($"{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n"), closes: false);

        Assert.Matches("^HTTP/1.1 4[0-9][0-9] ", answer);
        // What the server itself refuses is a bare status.
        Assert.Matches("application/problem.json|Content-Length: 0", answer);
        await http.AssertServesAsync();
    }

    [Theory]
    [InlineData("POST /v1/queues/q/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n")]
    [InlineData("POST /v1/queues/q/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n")]
    [InlineData("POST /v1/queues/q/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")]
    [InlineData("POST /v1/queues/q/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\nhello")]
    [InlineData("POST /v1/queues/q/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("POST /v1/queues/q/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\nhello")]
    [InlineData("POST /v1/queues/q/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nhello")]
    [InlineData("POST /v1/queues/q/messages HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("POST /v1/queues/q/messages HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("POST /v1/queues/q/messages HTTP/1.1\r\nHost: localhost\r\nForewave-Tag: a\0b\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("POST /v1/queues/q/messages HTTP/1.1\r\nHost: localhost\r\nForewave-Tag : a\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("POST /v1/queues/q/messages HTTP/1.1\r\nHost: localhost\r\n Forewave-Tag: folded\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("POST /v1/queues/q/messages HTTP/9.9\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("\0\0\0\u0008\u0008\u0001\u000a\u0004")]
    [InlineData("\u0016\u0003\u0001\0\u00f8\u0001\0")]
    public async Task Request_that_is_no_http_is_refused_and_stores_nothing(string request)
    {
        string answer = await http.SendRawAsync(Encoding.Latin1.GetBytes(request), closes: true);

        Assert.Matches("^(HTTP/1.1 (4|5)[0-9][0-9] |$)", answer);
        Assert.Equal(404, (await http.AskAsync("GET", "/v1/queues/q")).Status);
        await http.AssertServesAsync();
    }

    [Fact]
    public async Task Header_cannot_bring_another_header_into_the_answer()
    {
        string answer = await http.SendRawAsync(Encoding.Latin1.GetBytes(
            "GET /v1/queues/a%0d%0aSet-Cookie:x?b%0d%0ac=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), closes: false);

        Assert.DoesNotContain("\nSet-Cookie", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Body_beyond_its_bound_is_refused()
    {
        string large = new('x', 4 * 1024 * 1024 + 1);

        var (whole, problem) = await http.AskAsync("POST", "/v1/queues/large/messages", large);
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/queues/large/messages") { Content = new StringContent(large) };
        request.Headers.TransferEncodingChunked = true;
        using var chunked = await http.Client.SendAsync(request);
        var (settings, _) = await http.AskAsync("PUT", "/v1/queues/large", large);
        var (headers, _) = await http.AskAsync("POST", "/v1/queues/large/messages", "a", ("Forewave-Tag", new string('t', 20_000)));

        Assert.Equal((413, 413, 413, 400), (whole, (int)chunked.StatusCode, settings, headers));
        Assert.Equal("BodyTooLarge", problem.GetProperty("name").GetString());
        await http.AssertServesAsync();
    }

    [Fact]
    public async Task Largest_message_fits()
    {
        // Four mebibytes with what belongs to it.
        var (status, _) = await http.AskAsync("POST", "/v1/queues/fits/messages", new string('x', 4 * 1024 * 1024 - 64));

        Assert.Equal(201, status);
    }

    [Theory]
    [InlineData("/v1/queues/deep", "PUT")]
    [InlineData("/v1/queues/deep/messages", "POST")]
    public async Task Deep_json_is_refused(string target, string method)
    {
        string deep = $"{string.Concat(Enumerable.Repeat("""{"a":""", 10_000))}1{new string('}', 10_000)}";

        var (status, problem) = await http.AskAsync(method, target, deep, ("Content-Type", method == "PUT" ? "application/json" : "application/vnd.forewave.message+json"));

        Assert.Equal((400, "RequestInvalid"), (status, problem.GetProperty("name").GetString()));
        await http.AssertServesAsync();
    }

    [Fact]
    public async Task Wrong_content_type_of_a_command_is_refused()
    {
        var (status, problem) = await http.AskAsync("PUT", "/v1/queues/typed", "<a/>", ("Content-Type", "text/xml"));

        Assert.Equal((415, "ContentTypeUnsupported"), (status, problem.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Looking_changes_nothing()
    {
        string[] targets =
        [
            "/v1/queues/looked", "/v1/queues/looked/groups", "/v1/queues/looked/messages", "/v1/queues/looked/events", "/v1/queues/looked/scheduled",
            "/v1/queues/looked/recurring", "/v1/queues/looked/groups/g", "/v1/queues/looked/groups/g/leases", "/v1/queues/looked/groups/g/dead",
        ];

        foreach (string target in targets)
            Assert.InRange((await http.AskAsync("GET", target)).Status, 200, 404);
        var (_, queues) = await http.AskAsync("GET", "/v1/queues?prefix=looked");

        Assert.Equal(JsonValueKind.Array, queues.GetProperty("queues").ValueKind);
        Assert.Equal(0, queues.GetProperty("queues").GetArrayLength());
    }
}
