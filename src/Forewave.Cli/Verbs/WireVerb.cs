using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Forewave.Cli.Wire;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave wire</c>: stands between clients and a broker and prints the frames of both, one on a line; the bytes are passed on as they
/// are. Until it is interrupted (exit 0).
/// </summary>
internal static class WireVerb
{
    private static readonly Option<IPEndPoint> Listen = new("--listen")
    {
        Description = "where clients connect (127.0.0.1:7700); port 0: a free one", HelpName = "HOST:PORT",
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 7700),
        CustomParser = result =>
        {
            if (IPEndPoint.TryParse(result.Tokens[0].Value, out var address) && result.Tokens[0].Value.Contains(':', StringComparison.Ordinal))
                return address;
            result.AddError($"'{result.Tokens[0].Value}' is no address: such as 127.0.0.1:7700");
            return null;
        },
    };

    private static readonly Option<DnsEndPoint> To = new("--to")
    {
        Description = "the broker (127.0.0.1:7600)", HelpName = "HOST:PORT",
        DefaultValueFactory = _ => new DnsEndPoint("127.0.0.1", 7600),
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            int colon = text.LastIndexOf(':');
            if (colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and < 65_536)
                return new DnsEndPoint(text[..colon].Trim('[', ']'), port);
            result.AddError($"'{text}' is no address: such as 127.0.0.1:7600");
            return null;
        },
    };

    private static readonly Option<int?> Body = Parsing.OptionalNumber("--body", new() { Least = 0, Most = Limits.MessageBytes })
        .Saying("bytes that are shown of each body and of other bytes (64)");

    private static readonly Option<bool> Json = new("--json") { Description = "print each frame as JSON" };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("wire", "Stand between clients and a broker, and print the frames of both: for whoever writes a client") { Listen, To, Body, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var (listen, to) = (parsed.GetValue(Listen)!, parsed.GetValue(To)!);
        FramePrinter printer = new(Console.Out, TimeProvider.System, new FrameFields(parsed.GetValue(Body) ?? 64), parsed.GetValue(Json));
        WireProxy proxy = new(listen, (to.Host, to.Port), printer);
        EndPoint address;
        try
        {
            address = proxy.Start();
        }
        catch (SocketException refused)
        {
            throw new ForewaveException(ErrorCode.AddressUnusable, $"--listen: nobody can listen at {listen}: {refused.Message}.", refused);
        }
        await Console.Error.WriteLineAsync($"forewave: wire listen={address} to={to.Host}:{to.Port}");
        await proxy.RunAsync(stop);
        return ExitCode.Done;
    }
}
