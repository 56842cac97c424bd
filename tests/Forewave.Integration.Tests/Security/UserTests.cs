using System.Net;
using System.Net.Http.Json;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Server;

namespace Forewave.Integration.Tests.Security;

/// <summary>Users over TCP, HTTP and the command line.</summary>
[Trait("Suite", "scenario")]
public sealed class UserTests(SecureBroker broker) : IClassFixture<SecureBroker>
{
    private static readonly QueueName Orders = new("orders.eu");

    [Fact]
    public async Task Client_without_a_right_name_hears_it_at_once()
    {
        foreach (var (credentials, error) in new[]
        {
            ((ForewaveCredentials?)null, ErrorCode.AuthenticationNeeded),
            (ForewaveCredentials.Password(new UserName("ghost"), "a wrong password"), ErrorCode.AuthenticationFailed),
            (ForewaveCredentials.Token("fwt_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), ErrorCode.AuthenticationFailed),
            (ForewaveCredentials.TokenFile(broker["no-such-file"]), ErrorCode.UserInvalid),
        })
        {
            await using var client = broker.Client(credentials);
            var refused = await Assert.ThrowsAsync<ForewaveException>(() => client.ConnectAsync().AsTask());
            Assert.Equal(error, refused.Code);
        }
    }

    [Fact]
    public async Task Producer_and_consumer_do_what_they_may_and_nothing_else()
    {
        await using var shop = broker.Client(ForewaveCredentials.Token(await broker.MakeAsync("shop", "publish:orders.*")));
        await using var warehouse = broker.Client(ForewaveCredentials.Token(await broker.MakeAsync("warehouse", "consume:orders.*")));
        await using var sends = shop.CreateProducer();
        await using var alsoSends = warehouse.CreateProducer();

        var receipt = await sends.PublishAsync(Orders, "m"u8.ToArray());
        var notTheirs = await Assert.ThrowsAsync<ForewaveException>(async () => await alsoSends.PublishAsync(Orders, "x"u8.ToArray()));
        var notHere = await Assert.ThrowsAsync<ForewaveException>(async () => await sends.PublishAsync(new QueueName("billing"), "x"u8.ToArray()));
        await using var reads = warehouse.CreateConsumer(Orders, new GroupName("g"));
        var received = Assert.Single(await reads.ReceiveAsync(1, TimeSpan.FromSeconds(20)));
        await received.AckAsync();

        Assert.Equal(receipt.MessageId, received.Id);
        Assert.Equal((ErrorCode.RightMissing, ErrorCode.RightMissing), (notTheirs.Code, notHere.Code));
        Assert.Contains("warehouse has no right to publish on any queue", notTheirs.Message, StringComparison.Ordinal);
        await using var root = broker.RootClient();
        Assert.Equal(ErrorCode.QueueNotFound, (await Assert.ThrowsAsync<ForewaveException>(async () => await root.Administration.ShowQueueAsync(new QueueName("billing")))).Code);
        Assert.Equal(1, (await root.Administration.ShowQueueAsync(Orders)).Messages);
    }

    [Fact]
    public async Task Right_that_is_taken_away_is_gone_for_who_is_connected()
    {
        await using var client = broker.Client(ForewaveCredentials.Token(await broker.MakeAsync("leaver", "publish:leaving")));
        await using var producer = client.CreateProducer();
        await producer.PublishAsync(new QueueName("leaving"), "m"u8.ToArray());
        await using var root = broker.RootClient();

        await root.Administration.Users.RevokeAsync(new UserName("leaver"), [AccessGrant.Parse("publish:leaving")]);

        ForewaveException? refused = null;
        while (refused is null)
            refused = await Record.ExceptionAsync(async () => await producer.PublishAsync(new QueueName("leaving"), "m"u8.ToArray())) as ForewaveException;
        Assert.Equal(ErrorCode.RightMissing, refused.Code);
    }

    [Fact]
    public async Task Http_asks_who_comes_and_what_he_may()
    {
        string token = await broker.MakeAsync("web", "publish,consume:web.*");
        using var nobody = broker.Http();
        using var wrong = broker.Http("web-nobody", "a wrong password");
        using var web = broker.Http(token: token);
        using var root = broker.Http("root", SecureBroker.Password);

        using var needed = await nobody.PostAsync("/v1/queues/web.a/messages", new StringContent("m"));
        Assert.Equal(HttpStatusCode.Unauthorized, needed.StatusCode);
        Assert.Equal(["Basic", "Bearer"], needed.Headers.WwwAuthenticate.Select(one => one.Scheme));
        Assert.Equal(901, (await needed.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).GetProperty("number").GetInt32());
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/v1/queues")).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await web.PostAsync("/v1/queues/web.a/messages", new StringContent("m"))).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await web.PostAsync("/v1/queues/web.a/messages", new StringContent("m"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await web.PostAsync("/v1/queues/web.a/groups/g/receive", null)).StatusCode);
        foreach (var (method, path) in new[] { ("POST", "/v1/queues/other/messages"), ("GET", "/v1/queues"), ("GET", "/v1/groups"), ("DELETE", "/v1/queues/web.a"), ("POST", "/v1/queues/web.a/purge"), ("GET", "/v1/queues/other"), ("GET", "/v1/broker") })
        {
            using HttpRequestMessage request = new(new HttpMethod(method), path);
            Assert.Equal((path, HttpStatusCode.Forbidden), (path, (await web.SendAsync(request)).StatusCode));
        }
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/v1/queues/web.a")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await root.GetAsync("/v1/queues")).StatusCode);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), ((await nobody.GetAsync("/metrics")).StatusCode, (await web.GetAsync("/metrics")).StatusCode));
        foreach (string path in new[] { "/health/live", "/health/ready", "/openapi.json" })
            Assert.Equal((path, HttpStatusCode.OK), (path, (await nobody.GetAsync(path)).StatusCode));
    }

    [Fact]
    public async Task Command_line_makes_users_and_is_one()
    {
        string password = broker["root.password"], other = broker["other.password"], token = broker["cli.token"];
        await File.WriteAllTextAsync(password, SecureBroker.Password + "\n");
        await File.WriteAllTextAsync(other, "another fine password\n");
        string[] who = ["--server", $"{broker.Broker.ListenAddress}", "--user", "root", "--password-file", password];
        string[] me = ["--server", $"{broker.Broker.ListenAddress}", "--token-file", token];

        var added = await ProgramProcess.RunAsync(["user", "add", "cli", "--grant", "publish:cli.*", "--new-password-file", other, .. who]);
        Assert.Equal((0, ""), (added.ExitCode, added.Errors));
        var made = await ProgramProcess.RunAsync(["user", "token", "add", "cli", "--expires", "1h", "--note", "test", .. who]);
        await File.WriteAllTextAsync(token, made.Output);
        var published = await ProgramProcess.RunAsync(["publish", "cli.a", "hello", .. me]);
        var refused = await ProgramProcess.RunAsync(["publish", "other", "hello", .. me]);
        var nobody = await ProgramProcess.RunAsync(["queue", "list", "--server", $"{broker.Broker.ListenAddress}"]);
        var own = await ProgramProcess.RunAsync(["user", "password", "cli", "--new-password-file", password, "--server", $"{broker.Broker.ListenAddress}", "--user", "cli", "--password-file", other]);
        var listed = await ProgramProcess.RunAsync(["user", "list", .. who]);
        var removed = await ProgramProcess.RunAsync(["user", "remove", "cli", .. who]);

        Assert.Equal((0, 1, 1, 0, 0), (published.ExitCode, refused.ExitCode, nobody.ExitCode, own.ExitCode, removed.ExitCode));
        Assert.Contains("error 905", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("error 901", nobody.Errors, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^cli +yes +1 +publish:cli\.\*$", listed.Output);
        foreach (var result in new[] { added, published, refused, nobody, own, listed, removed })
            Assert.DoesNotContain("fine password", result.Output + result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_with_users_listens_where_others_reach_it_and_still_knows_them_after_a_restart()
    {
        using TemporaryFolder folder = new();
        ForewaveBrokerOptions options = new() { DataFolder = folder["data"], Listen = "127.0.0.1:0", MinFreeBytes = 0 };
        await using (ForewaveBroker first = new(options))
        {
            await first.StartAsync();
            await using ForewaveClient client = new(first.ListenAddress!.ToString());
            await client.Administration.Users.AddAsync(SecureBroker.Root, SecureBroker.Password, [new AccessGrant(QueuePattern.Everything, AccessRights.All)]);
        }

        await using ForewaveBroker open = new(options with { Listen = "0.0.0.0:0", Http = "0.0.0.0:0" });
        await open.StartAsync();
        await using ForewaveClient nobody = new($"127.0.0.1:{open.ListenAddress!.Port}");
        await using ForewaveClient root = new(new ForewaveClientOptions
        {
            Server = $"127.0.0.1:{open.ListenAddress!.Port}", Credentials = ForewaveCredentials.Password(SecureBroker.Root, SecureBroker.Password),
        });

        Assert.Equal(ErrorCode.AuthenticationNeeded, (await Assert.ThrowsAsync<ForewaveException>(() => nobody.ConnectAsync().AsTask())).Code);
        Assert.Equal("root", Assert.Single(await root.Administration.Users.ListAsync()).Name.Value);
    }
}
