using System.Net;
using System.Text.RegularExpressions;

namespace Forewave.Integration.Tests.Processes;

/// <summary>
/// <c>forewave serve</c> as a process of its own, on a folder of its own and, once it was started, one port: it can be killed
/// and started again under clients that go on. Disposing kills it and removes the folder. For one test, or as the fixture of a
/// class.
/// </summary>
public sealed partial class ServerProcess : IAsyncLifetime, IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();
    private ProgramProcess? _process;

    /// <summary>The arguments that say where its messages are; null: in files.</summary>
    public string[]? Store { get; set; }

    /// <summary>Where it takes clients: free at the first start, the same ever after.</summary>
    public string Address { get; private set; } = "127.0.0.1:0";

    /// <summary>Where it serves HTTP: another port at each start.</summary>
    public string HttpAddress { get; private set; } = "";

    /// <summary>As <see cref="Address"/>.</summary>
    public IPEndPoint EndPoint => IPEndPoint.Parse(Address);

    /// <summary>Its id.</summary>
    public int ProcessId => Files.Id;

    /// <summary>Its last log lines, for a failing test.</summary>
    public string Log => Process.Errors;

    /// <summary>What the system says of it.</summary>
    internal ProcessFiles Files => Process.Files;

    private ProgramProcess Process => _process ?? throw new InvalidOperationException("not started");

    /// <summary>One that takes clients.</summary>
    public static async Task<ServerProcess> StartedAsync(string[]? store = null)
    {
        ServerProcess server = new() { Store = store };
        await server.StartAsync();
        return server;
    }

    /// <summary>A place for files that belong to the test, beside the broker's data.</summary>
    public string PathOf(string name) => _folder[name];

    /// <summary>Starts it, also again after its end, and waits until it takes clients.</summary>
    public async Task StartAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _process = ProgramProcess.Start(
            ["serve", "--listen", Address, "--http", "127.0.0.1:0", "--log", "Warning", .. Store ?? ["--data", PathOf("data")]]);
        string? line = await _process.Output.ReadLineAsync().WaitAsync(StartTime);
        var match = Ready().Match(line ?? "");
        Assert.True(match.Success, $"the broker said '{line}': {Log}");
        Address = match.Groups["listen"].Value;
        HttpAddress = match.Groups["http"].Value;
    }

    /// <summary>kill -9, and nothing else.</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <summary>It does nothing until it is thawed; its connections stay.</summary>
    public Task FreezeAsync() => Process.SendAsync("STOP");

    /// <summary>It goes on.</summary>
    public Task ThawAsync() => Process.SendAsync("CONT");

    /// <summary>Ends it cleanly; its exit code.</summary>
    public Task<int> TerminateAsync() => Process.TerminateAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
    }

    Task IAsyncLifetime.InitializeAsync() => StartAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [GeneratedRegex("^forewave ready listen=(?<listen>127\\.0\\.0\\.1:[0-9]+) http=(?<http>127\\.0\\.0\\.1:[0-9]+) pid=[0-9]+$")]
    private static partial Regex Ready();
}
