using System.Net;
using System.Net.Sockets;
using System.Text;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Server;
using Forewave.Server.Http.Requests;

namespace Forewave.Integration.Tests.Http;

/// <summary>The HTTP port as a whole: its switch, its bounds, its end.</summary>
[Trait("Suite", "scenario")]
public sealed class PortTests
{
    [Fact]
    public async Task Port_has_health_and_metrics_alone_when_the_api_is_switched_off()
    {
        using TemporaryFolder folder = new();
        await using var broker = await StartAsync(new ForewaveBrokerOptions { DataFolder = folder["data"], HttpApi = false });
        using HttpClient http = new() { BaseAddress = new Uri($"http://{broker.HttpAddress}") };

        using var published = await http.PostAsync("/v1/queues/q/messages", new StringContent("a"));
        string ready = await http.GetStringAsync("/health/ready");

        Assert.Equal((404, "ready\n"), ((int)published.StatusCode, ready));
    }

    [Fact]
    public async Task Connection_beyond_the_bound_is_closed_and_one_that_ends_makes_room()
    {
        using TemporaryFolder folder = new();
        await using var broker = await StartAsync(new ForewaveBrokerOptions { DataFolder = folder["data"], MaxHttpConnections = 1 });
        using (TcpClient first = new())
        {
            await first.ConnectAsync(broker.HttpAddress!);
            Assert.StartsWith("HTTP/1.1 200", await AskAsync(first), StringComparison.Ordinal);

            Assert.Equal("", await ConnectAndAskAsync(broker.HttpAddress!));
        }

        string again;
        do
        {
            // The end of the first one is noticed a moment later.
            again = await ConnectAndAskAsync(broker.HttpAddress!);
        }
        while (again.Length == 0);
        Assert.StartsWith("HTTP/1.1 200", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receive_that_waits_is_sent_away_when_the_broker_stops()
    {
        using TemporaryFolder folder = new();
        await using var broker = await StartAsync(new ForewaveBrokerOptions { DataFolder = folder["data"], StopGrace = TimeSpan.FromMinutes(5) });
        using HttpClient http = new() { BaseAddress = new Uri($"http://{broker.HttpAddress}") };
        var receive = http.PostAsync("/v1/queues/q/groups/g/receive?wait=60s", null);
        while (!(await http.GetAsync("/v1/queues/q/groups/g")).IsSuccessStatusCode)
            Assert.False(receive.IsCompleted);

        await broker.StopAsync().WaitAsync(TimeSpan.FromMinutes(1));

        // Where the port closes before the answer is out, the connection ends.
        var answer = await Task.WhenAny(receive);
        Assert.True(answer.IsFaulted || (int)(await answer).StatusCode == 503);
    }

    [Fact]
    public void Body_finds_no_memory_when_others_have_it_and_finds_it_when_they_gave_it_back()
    {
        BodyMemory memory = new(100);
        memory.Take(60);

        var refusal = Assert.Throws<ForewaveException>(() => memory.Take(41));
        memory.Take(40);
        memory.Give(60);
        memory.Take(60);

        Assert.Equal((ErrorCode.TooManyRequests, 100), (refusal.Code, memory.UsedBytes));
    }

    private static async Task<ForewaveBroker> StartAsync(ForewaveBrokerOptions options)
    {
        ForewaveBroker broker = new(options with { Http = "127.0.0.1:0", MinFreeBytes = 0 });
        await broker.StartAsync();
        return broker;
    }

    // The beginning of the answer; empty where the connection was closed instead.
    // Empty where the port sent the connection away, at once or when it was asked.
    private static async Task<string> ConnectAndAskAsync(EndPoint address)
    {
        using TcpClient client = new();
        try
        {
            await client.Client.ConnectAsync(address);
        }
        catch (SocketException)
        {
            return "";
        }
        return await AskAsync(client);
    }

    private static async Task<string> AskAsync(TcpClient client)
    {
        byte[] answer = new byte[64];
        try
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            return Encoding.ASCII.GetString(answer, 0, await client.GetStream().ReadAsync(answer));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
