using Forewave.Broker.Sessions;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Users;

public sealed class LogInTests
{
    [Fact]
    public async Task Nobody_is_asked_as_long_as_there_are_no_users()
    {
        await using var engine = await TestEngine.StartAsync();

        var plain = TestClient.Connect(engine.Engine);
        var early = TestClient.Connect(engine.Engine);

        Assert.NotNull((await plain.AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() })).Hello);
        // Clients can have what they will be asked for before the first user is made.
        Assert.NotNull((await early.AskAsync(KnownUsers.Hello("ann", KnownUsers.Password))).Hello);
    }

    [Theory]
    [InlineData("root", KnownUsers.Password, ErrorCode.None)]
    [InlineData("root", "another secret", ErrorCode.AuthenticationFailed)]
    [InlineData("nobody", KnownUsers.Password, ErrorCode.AuthenticationFailed)]
    [InlineData("NOT A NAME", KnownUsers.Password, ErrorCode.AuthenticationFailed)]
    [InlineData("root", "", ErrorCode.AuthenticationFailed)]
    [InlineData("", KnownUsers.Password, ErrorCode.AuthenticationFailed)]
    [InlineData("", "", ErrorCode.AuthenticationNeeded)]
    [InlineData("root", "fwt_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ErrorCode.AuthenticationFailed)]
    [InlineData("root", "fwt_", ErrorCode.AuthenticationFailed)]
    public async Task User_is_let_in_by_its_password_alone(string user, string secret, ErrorCode expected)
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine);
        var client = TestClient.Connect(engine.Engine);

        var answer = await client.AskAsync(KnownUsers.Hello(user, secret));

        Assert.Equal(expected, (ErrorCode)(answer.Error?.Number ?? 0));
        Assert.Equal(expected == ErrorCode.None, answer.Hello is not null);
        if (expected != ErrorCode.None)
            Assert.Null(await client.ReadAsync());
        if (secret.Length > 5)
            Assert.DoesNotContain(secret, answer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_that_nobody_has_is_answered_as_a_wrong_password()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine);

        var known = await TestClient.Connect(engine.Engine).AskAsync(KnownUsers.Hello("root", "another secret"));
        var unknown = await TestClient.Connect(engine.Engine).AskAsync(KnownUsers.Hello("nobody", "another secret"));

        Assert.Equal(known.Error, unknown.Error);
    }

    [Fact]
    public async Task Other_hosts_are_refused_without_users_unless_that_is_allowed()
    {
        SessionOrigin remote = new() { Listener = "tcp", Peer = "192.0.2.1:1", Host = "192.0.2.1", IsRemote = true };
        await using var engine = await TestEngine.StartAsync();
        await using var insecure = await TestEngine.StartAsync(options: new BrokerOptions { Insecure = true });

        var refused = await TestClient.Connect(engine.Engine, from: remote).AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() });
        var allowed = await TestClient.Connect(insecure.Engine, from: remote).AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() });
        await KnownUsers.MakeAsync(engine);
        var asUser = await TestClient.Connect(engine.Engine, from: remote).AskAsync(KnownUsers.Hello("root", KnownUsers.Password));

        Assert.Equal((uint)ErrorCode.UsersMissing, refused.Error.Number);
        Assert.NotNull(allowed.Hello);
        Assert.NotNull(asUser.Hello);
    }

    [Fact]
    public async Task Token_lets_in_until_it_expires_or_is_revoked_also_who_is_connected()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("app", "publish:orders"));
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        string brief = AccessToken.Create(), revoked = AccessToken.Create();
        foreach (var token in new[] { KnownUsers.OnWire(brief, engine.Time.GetUtcNow() + TimeSpan.FromHours(1)), KnownUsers.OnWire(revoked) })
            Assert.Null((await root.AskAsync(new V1.AdministrationRequest { AddToken = new V1.AddToken { User = "app", Token = token } })).Error);
        await root.LeaveAsync();
        var first = await KnownUsers.LoggedInAsync(engine, "", brief);
        var second = await KnownUsers.LoggedInAsync(engine, "app", revoked);
        var wrongName = await TestClient.Connect(engine.Engine).AskAsync(KnownUsers.Hello("root", revoked));
        Assert.Equal((uint)ErrorCode.AuthenticationFailed, wrongName.Error.Number);

        root = await KnownUsers.LoggedInAsync(engine, "root");
        await root.AskAsync(new V1.AdministrationRequest { RevokeToken = new V1.RevokeToken { User = "app", Token = KnownUsers.OnWire(revoked).Id } });
        engine.Time.Move(TimeSpan.FromSeconds(1));
        await ToldToGoAsync(second, ErrorCode.LogInEnded);
        engine.Time.Move(TimeSpan.FromSeconds(1));
        await ClosedAsync(second, ErrorCode.LogInEnded);
        var again = await TestClient.Connect(engine.Engine).AskAsync(KnownUsers.Hello("", revoked));

        Assert.Equal((uint)ErrorCode.AuthenticationFailed, again.Error.Number);
        Assert.NotNull((await first.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() })).Pong);
        await KeepBusyAsync(engine, first, TimeSpan.FromHours(1));
        Assert.Equal((uint)ErrorCode.AuthenticationFailed, (await TestClient.Connect(engine.Engine).AskAsync(KnownUsers.Hello("", brief))).Error.Number);
    }

    [Fact]
    public async Task Changes_of_a_user_end_its_connections_and_no_others()
    {
        await using var engine = await TestEngine.StartAsync();
        var early = await TestClient.GreetedAsync(engine.Engine);
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("ann", "publish:a"), KnownUsers.Add("bob", "publish:b"));
        var ann = await KnownUsers.LoggedInAsync(engine, "ann");
        var bob = await KnownUsers.LoggedInAsync(engine, "bob");
        var root = await KnownUsers.LoggedInAsync(engine, "root");

        V1.SetGrants less = new() { User = "ann" };
        less.Remove.Add(KnownUsers.GrantOf("publish:a"));
        await root.AskAsync(new V1.AdministrationRequest { SetGrants = less });
        engine.Time.Move(TimeSpan.FromSeconds(1));

        await ToldToGoAsync(early, ErrorCode.AuthenticationNeeded);
        await ToldToGoAsync(ann, ErrorCode.LogInEnded);
        engine.Time.Move(TimeSpan.FromSeconds(1));
        await ClosedAsync(early, ErrorCode.AuthenticationNeeded);
        await ClosedAsync(ann, ErrorCode.LogInEnded);
        Assert.NotNull((await bob.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() })).Pong);
        Assert.NotNull((await root.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() })).Pong);
    }

    [Fact]
    public async Task New_password_counts_at_once_and_the_old_one_not_any_more()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("ann"));
        var ann = await KnownUsers.LoggedInAsync(engine, "ann");

        var other = PasswordHash.Of("another secret", Limits.MinPasswordIterations);
        V1.SetPassword own = new() { User = "ann", Password = KnownUsers.OnWire(other) };
        Assert.Null((await ann.AskAsync(new V1.AdministrationRequest { SetPassword = own })).Error);

        Assert.Equal((uint)ErrorCode.AuthenticationFailed, (await TestClient.Connect(engine.Engine).AskAsync(KnownUsers.Hello("ann", KnownUsers.Password))).Error.Number);
        await KnownUsers.LoggedInAsync(engine, "ann", "another secret");
    }

    [Fact]
    public async Task Users_survive_a_restart_with_and_without_a_checkpoint()
    {
        FakeStore store = new();
        await using (var engine = await TestEngine.StartAsync(store))
        {
            await KnownUsers.MakeAsync(engine, KnownUsers.Add("ann", "publish:a", "consume,manage:b.*"), KnownUsers.Add("gone"));
            var root = await KnownUsers.LoggedInAsync(engine, "root");
            await root.AskAsync(new V1.AdministrationRequest { RemoveUser = new V1.RemoveUser { User = "gone" } });
        }

        foreach (bool checkpoint in new[] { true, false })
        {
            await using var engine = await TestEngine.StartAsync(store.ReopenUpTo(store.Tail, checkpoint));
            Assert.True(engine.Engine.AsksUsers);
            var root = await KnownUsers.LoggedInAsync(engine, "root");
            var users = (await root.AskAsync(new V1.AdministrationRequest { ListUsers = new V1.ListUsers() })).Administration.Users.Users;
            Assert.Equal(["ann", "root"], users.Select(user => user.User));
            Assert.Equal(["a", "b.*"], users[0].Grants.Select(grant => grant.Queues));
            Assert.True(users[0].HasPassword);
        }
    }

    [Fact]
    public async Task Users_are_not_asked_for_when_that_is_switched_off()
    {
        FakeStore store = new();
        await using (var engine = await TestEngine.StartAsync(store))
            await KnownUsers.MakeAsync(engine);

        await using var open = await TestEngine.StartAsync(store.Reopen(), new BrokerOptions { Users = false });
        var client = await TestClient.GreetedAsync(open.Engine);
        var users = await client.AskAsync(new V1.AdministrationRequest { ListUsers = new V1.ListUsers() });

        Assert.False(open.Engine.AsksUsers);
        Assert.Equal("root", Assert.Single(users.Administration.Users.Users).User);
    }

    // What is under way is answered until it is closed.
    private static async Task ToldToGoAsync(TestClient client, ErrorCode why)
    {
        Assert.Equal((uint)why, (await client.ReadAsync())!.GoAway.Error.Number);
        Assert.NotNull((await client.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() })).Pong);
    }

    private static async Task ClosedAsync(TestClient client, ErrorCode why)
    {
        Assert.Equal((uint)why, (await client.ReadAsync())!.Error.Number);
        Assert.Null(await client.ReadAsync());
    }

    // A connection that says something every few seconds, until it is told to go.
    private static async Task KeepBusyAsync(TestEngine engine, TestClient client, TimeSpan span)
    {
        var step = TimeSpan.FromSeconds(5);
        for (var passed = TimeSpan.Zero; passed <= span; passed += step)
        {
            engine.Time.Move(step);
            await client.SendAsync(new V1.ClientFrame { Ping = new V1.Ping() });
            var frame = await client.ReadAsync();
            if (frame?.GoAway?.Error is { } error)
            {
                Assert.Equal((uint)ErrorCode.LogInEnded, error.Number);
                Assert.InRange(passed, span - step - step, span);
                return;
            }
        }
        Assert.Fail("the token has expired, and its connection lives");
    }
}
