using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Testing;

namespace Forewave.Integration.Tests.Scenarios;

/// <summary>Users are kept as messages are: through restarts, with and without a checkpoint, on the real broker in the process.</summary>
public abstract class UserScenarios(ScenarioBroker startBroker)
{
    private const string Password = "correct horse battery staple";
    private static readonly UserName Root = new("root");
    private static readonly UserName Shop = new("shop");
    private static readonly QueueName Orders = new("orders.eu");

    [Fact]
    public async Task Users_rights_and_what_was_revoked_are_the_same_after_each_restart()
    {
        await using var broker = await startBroker();
        await using var owner = broker.CreateClient();
        var users = owner.Administration.Users;
        await users.AddAsync(Root, Password, [new AccessGrant(QueuePattern.Everything, AccessRights.All)]);
        await users.AddAsync(Shop, null, [AccessGrant.Parse("publish:orders.*"), AccessGrant.Parse("consume:billing")]);
        await users.AddAsync(new UserName("gone"), Password);
        var kept = await users.AddTokenAsync(Shop, note: "kept");
        var revoked = await users.AddTokenAsync(Shop, note: "revoked");

        for (int life = 0; life < 3; life++)
        {
            if (life == 1)
            {
                // After the first life, so that a checkpoint has what these take away.
                await users.RemoveAsync(new UserName("gone"));
                await users.RevokeTokenAsync(Shop, revoked.Details.Id);
                await users.RevokeAsync(Shop, [AccessGrant.Parse("consume:billing")]);
            }
            await CheckAsync(broker, kept.Text, revoked.Text, life > 0);
            await broker.RestartAsync();
        }
    }

    [Fact]
    public async Task As_many_users_as_a_large_broker_has_are_there_after_a_restart()
    {
        const int Count = 400;
        await using var broker = await startBroker();
        await using var owner = broker.CreateClient();
        var users = owner.Administration.Users;
        await users.AddAsync(Root, Password, [new AccessGrant(QueuePattern.Everything, AccessRights.All)]);
        // Grants as long as they may be: more than a megabyte in the checkpoint.
        AccessGrant[] grants = [.. Enumerable.Range(0, Limits.GrantsPerUser).Select(i => new AccessGrant(new QueuePattern(new string('q', Limits.NameBytes - 3) + $"{i:00}*"), AccessRights.Publish))];
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => users.AddAsync(new UserName($"user-{i}"), null, grants).AsTask()));

        for (int life = 0; life < 2; life++)
        {
            await broker.RestartAsync();
            var listed = await users.ListAsync();
            Assert.Equal(Count + 1, listed.Count);
            Assert.All(listed.Where(user => user.Name != Root), user => Assert.Equal(grants, user.Grants));
        }
    }

    private static async Task CheckAsync(TestBroker broker, string kept, string revoked, bool isTakenAway)
    {
        await using var root = broker.CreateClient(new ForewaveClientOptions { Credentials = ForewaveCredentials.Password(Root, Password) });
        await using var shop = broker.CreateClient(new ForewaveClientOptions { Credentials = ForewaveCredentials.Token(kept) });
        await using var producer = shop.CreateProducer();
        var listed = await root.Administration.Users.ListAsync();
        var billing = await Record.ExceptionAsync(async () => await shop.Administration.ShowQueueAsync(new QueueName("billing")));

        Assert.Equal(isTakenAway ? ["root", "shop"] : ["gone", "root", "shop"], listed.Select(user => user.Name.Value));
        Assert.Equal(isTakenAway ? ["kept"] : ["kept", "revoked"], listed.Single(user => user.Name == Shop).Tokens.Select(token => token.Note));
        await producer.PublishAsync(Orders, "m"u8.ToArray());
        Assert.Equal(ErrorCode.RightMissing, (await Assert.ThrowsAsync<ForewaveException>(async () => await producer.PublishAsync(new QueueName("billing"), "m"u8.ToArray()))).Code);
        Assert.Equal(isTakenAway ? ErrorCode.RightMissing : ErrorCode.QueueNotFound, Assert.IsType<ForewaveException>(billing).Code);
        Assert.Equal(isTakenAway ? ErrorCode.AuthenticationFailed : ErrorCode.None, await LogInAsync(broker, ForewaveCredentials.Token(revoked)));
        Assert.Equal(isTakenAway ? ErrorCode.AuthenticationFailed : ErrorCode.None, await LogInAsync(broker, ForewaveCredentials.Password(new UserName("gone"), Password)));
    }

    private static async Task<ErrorCode> LogInAsync(TestBroker broker, ForewaveCredentials credentials)
    {
        await using var client = broker.CreateClient(new ForewaveClientOptions { Credentials = credentials });
        return (await Record.ExceptionAsync(() => client.ConnectAsync().AsTask()) as ForewaveException)?.Code ?? ErrorCode.None;
    }
}
