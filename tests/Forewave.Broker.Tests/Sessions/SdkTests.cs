using Forewave.Broker.Sessions;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Sessions;

public sealed class SdkTests
{
    [Fact]
    public void Kinds_beyond_the_bound_are_counted_as_others_and_those_that_went_make_room()
    {
        var counts = new SdkCounts();
        var entered = Enumerable.Range(0, 100).Select(i => counts.Enter(Kind($"sdk{i:D3}"))).ToArray();

        Assert.Equal(SdkCounts.MaxKinds + 1, counts.All.Count);
        Assert.Equal(36, counts.All.Single(sdk => sdk.Kind == SdkKind.Others).Connections);
        Assert.Equal(100, counts.All.Sum(sdk => sdk.Connections));

        foreach (var kind in entered)
            counts.Leave(kind);

        Assert.Empty(counts.All);
        Assert.Equal("late", counts.Enter(Kind("late")).Name);
    }

    [Fact]
    public async Task Connections_are_counted_by_sdk_until_they_end()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = TestClient.Connect(engine.Engine);
        await client.AskAsync(new V1.ClientFrame { Hello = Hello("php", "1.2") });

        Assert.Equal(1, engine.Gauge("forewave.connections.sdk"));
        await client.Output.CompleteAsync();
        await client.Session;
        Assert.Equal(long.MinValue, engine.Gauge("forewave.connections.sdk"));
    }

    [Theory]
    [InlineData("php", "1.1.9", true)]
    [InlineData("php", "", true)]
    [InlineData("php", "1.2.0-rc.1", true)]
    [InlineData("php", "1.2", false)]
    [InlineData("php", "1.10.0+build", false)]
    [InlineData("another", "0.0.1", false)]
    public async Task Sdk_that_is_older_than_allowed_is_refused_by_number(string sdk, string version, bool isRefused)
    {
        var options = new BrokerOptions { LeastSdkVersions = new Dictionary<string, string> { ["php"] = "1.2.0" } };
        await using var engine = await TestEngine.StartAsync(options: options);
        var client = TestClient.Connect(engine.Engine);

        var answer = await client.AskAsync(new V1.ClientFrame { Hello = Hello(sdk, version) });

        if (!isRefused)
        {
            Assert.Equal(V1.ServerFrame.AnswerOneofCase.Hello, answer.AnswerCase);
            return;
        }
        Assert.Equal((uint)ErrorCode.SdkTooOld, answer.Error.Number);
        Assert.Contains("1.2.0", answer.Error.Text, StringComparison.Ordinal);
        await client.Session;
    }

    [Fact]
    public void Versions_are_ordered_by_number_and_what_is_none_is_told()
    {
        string[] rising = ["0.9", "1.0.0-rc.1", "1.0", "1.0.1", "1.2", "1.10.0", "1.10.0.1", "2"];
        var versions = rising.Select(text => SdkVersion.TryParse(text, out var version) ? version : throw new FormatException(text)).ToArray();

        Assert.Equal(versions, versions.Reverse().Order());
        Assert.True(SdkVersion.TryParse("1.0.0+abc", out var built) && SdkVersion.TryParse("1", out var plain) && built.CompareTo(plain) == 0);
        Assert.All(["", "a", "1.x", "1..2", "-1", "1.2.3.4.5", "99999999999"], text => Assert.False(SdkVersion.TryParse(text, out _), text));
    }

    private static V1.Hello Hello(string sdk, string version)
    {
        var hello = TestClient.Hello();
        hello.Sdk = sdk;
        hello.SdkVersion = version;
        return hello;
    }

    private static SdkKind Kind(string name) => new() { Name = name, Version = "1" };
}
