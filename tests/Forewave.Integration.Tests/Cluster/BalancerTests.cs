using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Forewave.Integration.Tests.Cluster;

/// <summary>Whoever asks over HTTP need not know which broker answers: nginx gives each request to another one.</summary>
[Trait("Suite", "cluster")]
public sealed class BalancerTests : IAsyncLifetime
{
    private const int Messages = 60;

    private FilesCluster _cluster = null!;
    private Balancer _balancer = null!;

    public async Task InitializeAsync()
    {
        _cluster = await FilesCluster.StartedAsync(2);
        _balancer = await Balancer.StartedAsync(_cluster.Brokers);
    }

    public async Task DisposeAsync()
    {
        await _balancer.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Messages_are_published_received_and_settled_once_whichever_broker_is_asked()
    {
        HashSet<string> published = [];
        foreach (int one in Enumerable.Range(0, Messages))
            published.Add(await PublishAsync($"{one}", key: $"publish-{one}"));
        HashSet<string> again = [await PublishAsync("0", key: "publish-0"), await PublishAsync("0", key: "publish-0")];

        List<string> received = [];
        while (received.Count < Messages)
        {
            JsonElement answer = await AskAsync("/v1/queues/orders/groups/billing/receive?max=7&wait=30s", null);
            JsonElement[] messages = [.. answer.GetProperty("messages").EnumerateArray()];
            Assert.NotEmpty(messages);
            received.AddRange(messages.Select(message => message.GetProperty("messageId").GetString()!));
            string[] handles = [.. messages.Select(message => message.GetProperty("handle").GetString()!)];
            JsonElement settled = await AskAsync("/v1/queues/orders/groups/billing/settle", new { handles });
            Assert.Equal(handles.Length, settled.GetProperty("settled").GetInt32());
        }
        JsonElement[] groups = [await GetAsync("/v1/queues/orders/groups/billing"), await GetAsync("/v1/queues/orders/groups/billing")];

        Assert.Equal(["0", "1"], published.Select(id => id.Split('-')[0]).Distinct().Order());
        Assert.Equal(published.Order(), received.Order());
        Assert.True(again.Count == 1 && published.Contains(again.Single()), string.Join(' ', again));
        Assert.All(groups, group => Assert.Equal((0L, 0L), (group.GetProperty("leased").GetInt64(), group.GetProperty("unread").GetInt64())));
    }

    [Fact]
    public async Task Messages_are_taken_while_a_broker_is_gone()
    {
        HashSet<string> before = [];
        foreach (int one in Enumerable.Range(0, 20))
            before.Add(await PublishAsync($"{one}"));
        await _cluster.Brokers[1].KillAsync();

        HashSet<string> meanwhile = [];
        foreach (int one in Enumerable.Range(20, 20))
            meanwhile.Add(await PublishAsync($"{one}"));

        Assert.Equal(["0", "1"], before.Select(id => id.Split('-')[0]).Distinct().Order());
        Assert.All(meanwhile, id => Assert.StartsWith("0-", id, StringComparison.Ordinal));
        Assert.Equal(20, meanwhile.Count);
    }

    private async Task<string> PublishAsync(string body, string? key = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/queues/orders/messages") { Content = new StringContent(body) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using HttpResponseMessage response = await _balancer.Client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK, $"{response.StatusCode} {text}\n{_cluster.Log}");
        return JsonDocument.Parse(text).RootElement.GetProperty("messageId").GetString()!;
    }

    private async Task<JsonElement> AskAsync(string target, object? body)
    {
        using HttpResponseMessage response = await _balancer.Client.PostAsync(new Uri(target, UriKind.Relative), body is null ? null : JsonContent.Create(body));
        return await ReadAsync(response);
    }

    private async Task<JsonElement> GetAsync(string target)
    {
        using HttpResponseMessage response = await _balancer.Client.GetAsync(new Uri(target, UriKind.Relative));
        return await ReadAsync(response);
    }

    private async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode} {text}\n{_cluster.Log}");
        return JsonDocument.Parse(text).RootElement;
    }
}
