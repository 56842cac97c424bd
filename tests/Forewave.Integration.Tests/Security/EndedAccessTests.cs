using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Forewave.Client;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Server;
using Microsoft.Extensions.Logging;

namespace Forewave.Integration.Tests.Security;

/// <summary>Requests over HTTP that take their time give nothing more to who may not have it any more.</summary>
[Trait("Suite", "scenario")]
public sealed class EndedAccessTests(SecureBroker broker) : IClassFixture<SecureBroker>
{
    [Fact]
    public async Task Follower_whose_token_was_revoked_gets_no_message_after_that()
    {
        using var root = broker.Http("root", SecureBroker.Password);
        using var follower = broker.Http(token: await broker.MakeAsync("follower", "consume:followed"));
        await PublishAsync(root, "followed", "before");
        using var events = await FollowAsync(follower, "followed");
        await ReadUpToAsync(events, "before");

        await RevokeAsync("follower");
        await PublishAsync(root, "followed", "after");

        Assert.DoesNotContain("event: message", await ReadToEndAsync(events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follower_goes_on_when_something_else_of_its_user_is_changed()
    {
        using var root = broker.Http("root", SecureBroker.Password);
        using var follower = broker.Http(token: await broker.MakeAsync("stays", "consume:watched", "publish:other"));
        await PublishAsync(root, "watched", "before");
        using var events = await FollowAsync(follower, "watched");
        await ReadUpToAsync(events, "before");

        await using (var client = broker.RootClient())
            await client.Administration.Users.RevokeAsync(new UserName("stays"), [AccessGrant.Parse("publish:other")]);
        await PublishAsync(root, "watched", "after");

        await ReadUpToAsync(events, "after");
    }

    [Fact]
    public async Task Receive_of_who_was_removed_meanwhile_hands_nothing_over()
    {
        using var root = broker.Http("root", SecureBroker.Password);
        using var leaver = broker.Http(token: await broker.MakeAsync("receiver", "consume:received"));
        var received = leaver.PostAsync("/v1/queues/received/groups/g/receive?wait=60s", null);
        while (!(await root.GetStringAsync("/metrics")).Contains("forewave_http_receives_waiting 1", StringComparison.Ordinal))
            await Task.Yield();

        await using (var client = broker.RootClient())
            await client.Administration.Users.RemoveAsync(new UserName("receiver"));
        await PublishAsync(root, "received", "after");

        using var answer = await received;
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        // It was given back in place.
        using var again = await root.PostAsync("/v1/queues/received/groups/g/receive?wait=60s", null);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(1, (await again.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public async Task Wait_for_an_outcome_of_who_was_removed_meanwhile_tells_nothing()
    {
        using var root = broker.Http("root", SecureBroker.Password);
        using var leaver = broker.Http(token: await broker.MakeAsync("waiter", "consume:awaited"));
        using (var nothing = await root.PostAsync("/v1/queues/awaited/groups/g/receive", null))
            Assert.Equal(HttpStatusCode.OK, nothing.StatusCode);
        string id = await PublishAsync(root, "awaited", "m");
        var outcome = leaver.GetAsync($"/v1/queues/awaited/messages/{id}/outcome?group=g&until=delivered&wait=60s");
        while (!(await root.GetStringAsync("/metrics")).Contains("forewave_outcomes_waiting 1", StringComparison.Ordinal))
            await Task.Yield();

        await using (var client = broker.RootClient())
            await client.Administration.Users.RemoveAsync(new UserName("waiter"));
        using var taken = await root.PostAsync("/v1/queues/awaited/groups/g/receive?wait=60s", null);

        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        using var answer = await outcome;
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Without_users_a_proxy_on_the_host_opens_nothing_and_with_the_first_one_followers_are_asked()
    {
        using TemporaryFolder folder = new();
        await using ForewaveBroker open = new(new ForewaveBrokerOptions { DataFolder = folder["data"], Listen = "127.0.0.1:0", Http = "127.0.0.1:0", MinFreeBytes = 0 });
        await open.StartAsync();
        using HttpClient nobody = new() { BaseAddress = new Uri($"http://{open.HttpAddress}") };
        await PublishAsync(nobody, "early", "before");
        foreach (string header in new[] { "X-Forwarded-For", "Forwarded", "X-Real-IP" })
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/v1/queues");
            request.Headers.Add(header, "192.0.2.1");
            using var refused = await nobody.SendAsync(request);
            Assert.Equal((header, 907), (header, (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("number").GetInt32()));
        }
        using var events = await FollowAsync(nobody, "early");
        await ReadUpToAsync(events, "before");

        await using ForewaveClient first = new(open.ListenAddress!.ToString());
        await first.Administration.Users.AddAsync(SecureBroker.Root, SecureBroker.Password, [new AccessGrant(QueuePattern.Everything, AccessRights.All)]);
        await using ForewaveClient root = new(new ForewaveClientOptions
        {
            Server = open.ListenAddress!.ToString(), Credentials = ForewaveCredentials.Password(SecureBroker.Root, SecureBroker.Password),
        });
        await using var producer = root.CreateProducer();
        await producer.PublishAsync(new QueueName("early"), "after"u8.ToArray());

        Assert.DoesNotContain("event: message", await ReadToEndAsync(events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_warns_of_a_left_over_insecure_and_of_secrets_that_go_in_plain()
    {
        using TemporaryFolder folder = new();
        KeptLog closed = new(), open = new();
        ForewaveBrokerOptions options = new() { DataFolder = folder["data"], Listen = "127.0.0.1:0", MinFreeBytes = 0, LoggerFactory = FactoryOf(closed) };
        for (int start = 0; start < 2; start++)
        {
            await using ForewaveBroker first = new(options);
            await first.StartAsync();
            if (start > 0)
                continue;
            await using ForewaveClient client = new(first.ListenAddress!.ToString());
            await client.Administration.Users.AddAsync(SecureBroker.Root, SecureBroker.Password, [new AccessGrant(QueuePattern.Everything, AccessRights.All)]);
        }

        await using ForewaveBroker opened = new(options with { Listen = "0.0.0.0:0", Insecure = true, LoggerFactory = FactoryOf(open) });
        await opened.StartAsync();

        Assert.Contains(" 4901 ", open.Text, StringComparison.Ordinal);
        Assert.Contains(" 5040 ", open.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(" 4901 ", closed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(" 5040 ", closed.Text, StringComparison.Ordinal);
    }

    private static ILoggerFactory FactoryOf(KeptLog log) => LoggerFactory.Create(builder => builder.AddProvider(log));

    private async Task RevokeAsync(string user)
    {
        await using var root = broker.RootClient();
        var token = Assert.Single((await root.Administration.Users.ShowAsync(new UserName(user))).Tokens);
        await root.Administration.Users.RevokeTokenAsync(new UserName(user), token.Id);
    }

    private static async Task<string> PublishAsync(HttpClient client, string queue, string body)
    {
        using var answer = await client.PostAsync($"/v1/queues/{queue}/messages", new StringContent(body));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("messageId").GetString()!;
    }

    private static async Task<StreamReader> FollowAsync(HttpClient client, string queue)
    {
        var response = await client.GetAsync($"/v1/queues/{queue}/events?start=earliest", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    private static async Task ReadUpToAsync(StreamReader events, string body)
    {
        while (!(await events.ReadLineAsync() ?? throw new InvalidOperationException("the stream has ended")).Contains($"\"{body}\"", StringComparison.Ordinal))
        {
            // The lines before it.
        }
    }

    // What still comes; the broker resets the connection at the end.
    private static async Task<string> ReadToEndAsync(StreamReader events)
    {
        List<string> lines = [];
        try
        {
            while (await events.ReadLineAsync() is { } line)
            {
                lines.Add(line);
                if (line.StartsWith("event:", StringComparison.Ordinal))
                    break;
            }
        }
        catch (Exception reset) when (reset is IOException or HttpRequestException)
        {
            // That is the end.
        }
        return string.Join('\n', lines);
    }
}
