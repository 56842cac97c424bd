using System.Text;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Xunit.Abstractions;

namespace Forewave.Integration.Tests.Abuse;

/// <summary>Bytes that no client of ours sends, over a socket: a numbered error, a close, and the next client is served.</summary>
[Trait("Suite", "scenario")]
public sealed class BadBytesTests(ServerProcess broker, ITestOutputHelper output) : IClassFixture<ServerProcess>
{
    private const int Rounds = 50;

    [Theory]
    [InlineData("no length", ErrorCode.FrameBroken, "00000000")]
    [InlineData("largest length", ErrorCode.FrameTooLarge, "FFFFFFFF")]
    [InlineData("hello beyond 16 KiB", ErrorCode.FrameTooLarge, "00004001")]
    [InlineData("TLS", ErrorCode.FrameBroken, "16030100F8010000F40303")]
    [InlineData("HTTP", ErrorCode.FrameBroken, "474554202F20485454502F312E310D0A0D0A")]
    [InlineData("a ping before the hello", ErrorCode.HelloExpected, "0000000408015A00")]
    [InlineData("bytes that are no frame", ErrorCode.FrameBroken, "00000003FFFFFF")]
    public async Task First_bytes_are_refused_when_they_are_no_hello(string what, ErrorCode expected, string hex)
    {
        output.WriteLine(what);
        output.WriteLine(await Bystander.RunBesideAsync(broker.EndPoint, async () =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                using var client = await RawClient.ConnectAsync(broker.EndPoint);
                await client.SendAsync(Convert.FromHexString(hex));
                await AssertRefusedAsync(client, expected);
            }
        }));
    }

    [Theory]
    [InlineData("no length", ErrorCode.FrameBroken, "00000000")]
    [InlineData("frame beyond 8 MiB", ErrorCode.FrameTooLarge, "00800001")]
    [InlineData("a field that ends behind the frame", ErrorCode.FrameBroken, "0000000408017A05")]
    [InlineData("a group", ErrorCode.FrameBroken, "000000030801130A")]
    [InlineData("two commands", ErrorCode.FrameBroken, "0000000608015A005A00")]
    [InlineData("a queue's name that is no UTF-8", ErrorCode.FrameBroken, "0000000808012204" + "0A02C328")]
    public async Task Broken_frame_is_refused_when_hello_was_said(string what, ErrorCode expected, string hex)
    {
        output.WriteLine(what);
        output.WriteLine(await Bystander.RunBesideAsync(broker.EndPoint, async () =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                using var client = await RawClient.GreetedAsync(broker.EndPoint);
                await client.SendAsync(Convert.FromHexString(hex));
                await AssertRefusedAsync(client, expected);
            }
        }));
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("../etc/passwd")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("$system")]
    [InlineData("好")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Invalid_name_is_refused_and_the_connection_stays(string name)
    {
        using var client = await RawClient.GreetedAsync(broker.EndPoint);

        var refused = await client.AskAsync(new() { Correlation = 2, OpenQueue = new() { Queue = name, Create = true } });
        var pong = await client.AskAsync(new() { Correlation = 3, Ping = new() });

        Assert.Contains((ErrorCode)refused.Error.Number, new[] { ErrorCode.NameInvalid, ErrorCode.SystemQueue });
        Assert.Equal(2UL, refused.Correlation);
        Assert.NotNull(pong.Pong);
    }

    [Fact]
    public async Task Command_of_a_wrong_type_is_a_command_that_is_not_known()
    {
        using var client = await RawClient.GreetedAsync(broker.EndPoint);

        await client.SendAsync(WireFrames.Prefixed([0x08, 0x02, 0x20, 0x01]));
        var refused = await client.ReadAsync();
        var pong = await client.AskAsync(new() { Correlation = 3, Ping = new() });

        Assert.Equal(ErrorCode.CapabilityMissing, (ErrorCode)(refused?.Error?.Number ?? 0));
        Assert.NotNull(pong.Pong);
    }

    private static async Task AssertRefusedAsync(RawClient client, ErrorCode expected)
    {
        var refusal = await client.ReadAsync();
        Assert.Equal(expected, (ErrorCode)(refusal?.Error?.Number ?? 0));
        Assert.Null(await client.ReadAsync());
    }
}
