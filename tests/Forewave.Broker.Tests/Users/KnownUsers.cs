using System.Text;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Users;

/// <summary>Users as tests make them: with the cheapest hash that a broker takes.</summary>
internal static class KnownUsers
{
    public const string Password = "correct horse";
    private static readonly PasswordHash Hash = PasswordHash.Of(Password, Limits.MinPasswordIterations);

    /// <summary>A request that makes a user.</summary>
    public static V1.AddUser Add(string name, params string[] grants)
    {
        V1.AddUser add = new() { User = name, Password = OnWire(Hash) };
        add.Grants.AddRange(grants.Select(GrantOf));
        return add;
    }

    /// <summary>A grant on the wire.</summary>
    public static V1.Grant GrantOf(string text)
    {
        V1.Grant grant = new() { Queues = text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..] };
        foreach (string right in text[..text.IndexOf(':', StringComparison.Ordinal)].Split(','))
            grant.Rights.Add(Enum.Parse<V1.Right>(right, ignoreCase: true));
        return grant;
    }

    /// <summary>A password hash on the wire.</summary>
    public static V1.PasswordHash OnWire(PasswordHash hash) => new()
    {
        Salt = ByteString.CopyFrom(hash.Salt), Iterations = (uint)hash.Iterations, Hash = ByteString.CopyFrom(hash.Hash),
    };

    /// <summary>A token on the wire.</summary>
    public static V1.Token OnWire(string token, DateTimeOffset? expires = null)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(token);
        return new V1.Token
        {
            Id = AccessToken.IdOf(bytes), Hash = ByteString.CopyFrom(AccessToken.HashOf(bytes)), Expires = (ulong)(expires?.ToUnixTimeMilliseconds() ?? 0),
        };
    }

    /// <summary>A hello of a user.</summary>
    public static V1.ClientFrame Hello(string user, string secret)
    {
        var hello = TestClient.Hello();
        (hello.User, hello.Secret) = (user, ByteString.CopyFromUtf8(secret));
        return new V1.ClientFrame { Hello = hello };
    }

    /// <summary>Asks an administrative request.</summary>
    public static Task<V1.ServerFrame> AskAsync(this TestClient client, V1.AdministrationRequest request) =>
        client.AskAsync(new V1.ClientFrame { Administration = request });

    /// <summary>Makes an operator of this name, over a connection that is not asked, and further users.</summary>
    public static async Task MakeAsync(TestEngine engine, params V1.AddUser[] users)
    {
        var first = await TestClient.GreetedAsync(engine.Engine);
        var made = await first.AskAsync(new V1.AdministrationRequest { AddUser = Add("root", "publish,consume,manage,operate:*") });
        Assert.Equal("root", made.Administration?.User?.User ?? made.Error.Text);
        await first.LeaveAsync();
        var root = await LoggedInAsync(engine, "root");
        foreach (var user in users)
            Assert.Null((await root.AskAsync(new V1.AdministrationRequest { AddUser = user })).Error);
        await root.LeaveAsync();
    }

    /// <summary>A connection of a user.</summary>
    public static async Task<TestClient> LoggedInAsync(TestEngine engine, string user, string secret = Password)
    {
        var client = TestClient.Connect(engine.Engine);
        var answer = await client.AskAsync(Hello(user, secret));
        Assert.True(answer.Hello is not null, answer.Error?.Text);
        return client;
    }
}
