using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Forewave.Integration.Tests.Processes;
using Forewave.Server;

namespace Forewave.Integration.Tests.Http;

/// <summary>A broker with an HTTP port in the test's process, and ways to talk to it. For the tests of a class.</summary>
public sealed class HttpBroker : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private ForewaveBroker? _broker;

    /// <summary>The broker.</summary>
    public ForewaveBroker Broker => _broker ?? throw new InvalidOperationException("not started");

    /// <summary>A client; the fixture's.</summary>
    public HttpClient Client { get; private set; } = new();

    public async Task InitializeAsync()
    {
        _broker = new ForewaveBroker(new ForewaveBrokerOptions
        {
            DataFolder = _folder["data"], Http = "127.0.0.1:0", MinFreeBytes = 0, StopGrace = TimeSpan.FromSeconds(1),
        });
        await _broker.StartAsync();
        Client.Dispose();
        SocketsHttpHandler handler = new() { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        Client = new HttpClient(handler) { BaseAddress = new Uri($"http://{_broker.HttpAddress}"), Timeout = TimeSpan.FromMinutes(2) };
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Broker.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Sends a request and gives the status and the answer as JSON; an empty object where it has no body.</summary>
    public async Task<(int Status, JsonElement Answer)> AskAsync(string method, string target, string? json = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), target);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type")
                request.Content!.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(value);
            else
                Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }
        using var response = await Client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, JsonDocument.Parse(text.Length == 0 ? "{}" : text).RootElement);
    }

    /// <summary>Sends bytes as they are and reads until the other side closes; the text of what came.</summary>
    /// <param name="bytes">Requests; the last one asks for the close, unless the client closes.</param>
    /// <param name="closes">The client sends its end behind them: who waits for more of the request need not wait.</param>
    public async Task<string> SendRawAsync(byte[] bytes, bool closes)
    {
        using TcpClient socket = new();
        await socket.ConnectAsync(Broker.HttpAddress!);
        var stream = socket.GetStream();
        using MemoryStream answer = new();
        try
        {
            await stream.WriteAsync(bytes);
            if (closes)
                socket.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(answer);
        }
        catch (IOException)
        {
            // It was closed before all was sent.
        }
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    /// <summary>The broker still publishes and delivers.</summary>
    public async Task AssertServesAsync()
    {
        var (published, receipt) = await AskAsync("POST", "/v1/queues/alive/messages", "still here");
        var (received, answer) = await AskAsync("POST", "/v1/queues/alive/groups/g/receive?wait=30s");
        string handle = answer.GetProperty("messages")[0].GetProperty("handle").GetString()!;
        var (settled, _) = await AskAsync("POST", "/v1/queues/alive/groups/g/settle", $$"""{"handles":["{{handle}}"]}""");

        Assert.Equal((201, 200, 200), (published, received, settled));
        Assert.Equal(receipt.GetProperty("messageId").GetString(), answer.GetProperty("messages")[0].GetProperty("messageId").GetString());
    }
}
