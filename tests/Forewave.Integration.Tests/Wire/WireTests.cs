using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Forewave.Integration.Tests.Processes;

namespace Forewave.Integration.Tests.Wire;

/// <summary><c>forewave wire</c> between the program and a broker.</summary>
[Trait("Suite", "scenario")]
public sealed partial class WireTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Frames_of_both_sides_are_printed_and_passed_on_as_they_are()
    {
        await using var server = await ServerProcess.StartedAsync();
        await using var wire = ProgramProcess.Start("wire", "--listen", "127.0.0.1:0", "--to", server.Address, "--body", "6");
        string address = await AddressAsync(wire);

        var published = await ProgramProcess.RunAsync(["publish", "orders", "order 4711", "--server", address]);
        var consumed = await ProgramProcess.RunAsync(["consume", "orders", "--group", "billing", "--max", "1", "--server", address]);
        string printed = await EndAsync(wire);

        Assert.Equal(0, published.ExitCode);
        Assert.Equal("order 4711\n", consumed.Output);
        string[] frames = ["-> hello #", "<- hello #", "-> open_producer #", "-> publish #", "<- published #", "-> subscribe #", "<- delivery #", "-> settle #", "<- settled #"];
        Assert.All(frames, frame => Assert.Contains(frame, printed, StringComparison.Ordinal));
        Assert.Contains("body=\"order \"…(10 bytes)", printed, StringComparison.Ordinal);
        Assert.Contains("sdk=forewave-dotnet", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_of_another_protocol_are_told_and_the_brokers_answer_comes_back()
    {
        await using var server = await ServerProcess.StartedAsync();
        await using var wire = ProgramProcess.Start("wire", "--listen", "127.0.0.1:0", "--to", server.Address);
        string address = await AddressAsync(wire);
        using (Socket socket = new(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(IPEndPoint.Parse(address));
            await socket.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            byte[] answer = new byte[4_096];
            while (await socket.ReceiveAsync(answer) > 0)
            {
                // Its error, then its end.
            }
        }

        string printed = await EndAsync(wire);

        Assert.Contains("-> ! a frame of 1195725856 bytes is none of this protocol", printed, StringComparison.Ordinal);
        Assert.Contains("<- error #0", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_that_is_not_there_and_a_taken_address_are_told()
    {
        await using var server = await ServerProcess.StartedAsync();
        await using var wire = ProgramProcess.Start("wire", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:1");
        string address = await AddressAsync(wire);
        using (Socket socket = new(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(IPEndPoint.Parse(address));
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1]));
        }

        Assert.Contains("cannot be reached", await EndAsync(wire), StringComparison.Ordinal);
        var taken = await ProgramProcess.RunAsync(["wire", "--listen", server.Address]);
        Assert.Equal(1, taken.ExitCode);
        Assert.Contains("AddressUnusable, error 615", taken.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await ProgramProcess.RunAsync(["wire", "--to", "nowhere"])).ExitCode);
    }

    private static async Task<string> AddressAsync(ProgramProcess wire)
    {
        await Watching.UntilAsync(() => Listening().IsMatch(wire.Errors) || wire.HasEnded, Patience, () => wire.Errors);
        return Listening().Match(wire.Errors).Groups["address"].Value;
    }

    private static async Task<string> EndAsync(ProgramProcess wire)
    {
        var ending = wire.EndAsync();
        await wire.SendAsync("INT");
        var ended = await ending;
        Assert.Equal(0, ended.ExitCode);
        return ended.Output;
    }

    [GeneratedRegex("wire listen=(?<address>127\\.0\\.0\\.1:[0-9]+) to=")]
    private static partial Regex Listening();
}
