using System.Text.RegularExpressions;

namespace Forewave.Integration.Tests.Processes;

/// <summary>
/// <c>forewave serve</c> as a process of its own, on one folder and, once it was started, one port: it can be killed and
/// started again under clients that go on.
/// </summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly string _folder;
    private CliProcess _process;

    private ServerProcess(string folder)
    {
        _folder = folder;
        _process = Serve();
    }

    /// <summary>Where it takes clients.</summary>
    public string Address { get; private set; } = "127.0.0.1:0";

    /// <summary>Where it serves HTTP.</summary>
    public string Http { get; private set; } = "127.0.0.1:0";

    /// <summary>Starts it on a free port.</summary>
    public static async Task<ServerProcess> StartAsync(string folder)
    {
        ServerProcess server = new(folder);
        await server.WaitUntilReadyAsync();
        return server;
    }

    /// <summary>kill -9, and nothing else.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Starts it again after its end, on the same folder and the same port.</summary>
    public async Task StartAgainAsync()
    {
        _process.Dispose();
        _process = Serve();
        await WaitUntilReadyAsync();
    }

    /// <summary>Ends it cleanly; its exit code.</summary>
    public Task<int> TerminateAsync() => _process.TerminateAsync();

    public void Dispose() => _process.Dispose();

    private CliProcess Serve() => CliProcess.Start("serve", "--data", _folder, "--listen", Address, "--http", "127.0.0.1:0");

    private async Task WaitUntilReadyAsync()
    {
        string line = await _process.Output.ReadLineAsync() ?? throw new InvalidOperationException(await _process.Errors);
        var match = Ready().Match(line);
        Assert.True(match.Success, line);
        (Address, Http) = (match.Groups["listen"].Value, match.Groups["http"].Value);
    }

    [GeneratedRegex("^forewave ready listen=(?<listen>127\\.0\\.0\\.1:[0-9]+) http=(?<http>127\\.0\\.0\\.1:[0-9]+) pid=[0-9]+$")]
    private static partial Regex Ready();
}
