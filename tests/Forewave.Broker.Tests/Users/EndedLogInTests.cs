using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Storage;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Users;

/// <summary>Whoever was removed, or came before the first user, changes nothing more, though its connection is not closed yet.</summary>
public sealed class EndedLogInTests
{
    private static readonly V1.AdministrationRequest Backdoor = new() { AddUser = KnownUsers.Add("backdoor", "operate:*") };

    [Fact]
    public async Task Operator_who_was_removed_makes_no_user_and_no_token_before_its_connection_is_closed()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("thief", "publish,consume,manage,operate:*"));
        V1.AdministrationRequest[] attempts =
        [
            Backdoor, new() { AddToken = new V1.AddToken { User = "root", Token = KnownUsers.OnWire(AccessToken.Create()) } }, new() { ListUsers = new V1.ListUsers() },
        ];
        List<TestClient> thieves = [];
        foreach (var _ in attempts)
            thieves.Add(await KnownUsers.LoggedInAsync(engine, "thief"));
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        Assert.Null((await RemoveAsync(root, "thief")).Error);
        int before = engine.Store.Records.Count;

        // The clock stands still: none has been told to go.
        foreach (var (thief, attempt) in thieves.Zip(attempts))
        {
            Assert.Equal((uint)ErrorCode.LogInEnded, (await thief.AskAsync(attempt)).Error?.Number);
            Assert.Null(await thief.ReadAsync());
        }

        Assert.Equal(before, engine.Store.Records.Count);
        Assert.Equal("root", Assert.Single((await root.AskAsync(new V1.AdministrationRequest { ListUsers = new V1.ListUsers() })).Administration.Users.Users).User);
    }

    [Fact]
    public async Task Connection_from_before_the_first_user_makes_none_after_it()
    {
        await using var engine = await TestEngine.StartAsync();
        var early = await TestClient.GreetedAsync(engine.Engine);
        await KnownUsers.MakeAsync(engine);
        int before = engine.Store.Records.Count;

        Assert.Equal((uint)ErrorCode.AuthenticationNeeded, (await early.AskAsync(Backdoor)).Error?.Number);

        Assert.Equal(before, engine.Store.Records.Count);
    }

    [Fact]
    public async Task Change_that_waited_for_the_removal_of_its_user_is_refused()
    {
        FakeStore store = new();
        await using var engine = await TestEngine.StartAsync(store);
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("thief", "publish,consume,manage,operate:*"));
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        var thief = await KnownUsers.LoggedInAsync(engine, "thief");
        store.Script(AppendOutcome.NoRoom);

        // Answered pings: each request is where it waits, the removal for room in the log, the other one for the removal.
        ulong removal = await root.SendAsync(new V1.ClientFrame { Administration = new V1.AdministrationRequest { RemoveUser = new V1.RemoveUser { User = "thief" } } });
        Assert.NotNull((await root.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() })).Pong);
        ulong attempt = await thief.SendAsync(new V1.ClientFrame { Administration = Backdoor });
        Assert.NotNull((await thief.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() })).Pong);
        store.MakeRoom();

        Assert.Null((await root.AnswerToAsync(removal)).Error);
        Assert.Equal((uint)ErrorCode.LogInEnded, (await thief.AnswerToAsync(attempt)).Error?.Number);
        Assert.Equal("root", Assert.Single((await root.AskAsync(new V1.AdministrationRequest { ListUsers = new V1.ListUsers() })).Administration.Users.Users).User);
    }

    private static Task<V1.ServerFrame> RemoveAsync(TestClient client, string user) =>
        client.AskAsync(new V1.AdministrationRequest { RemoveUser = new V1.RemoveUser { User = user } });
}
