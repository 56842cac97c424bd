using System.ComponentModel;
using System.Diagnostics;
using Forewave.Bench.Peers.Measurement;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Forewave;

/// <summary>Forewave with its embedded store, through its command line: <c>serve</c> and <c>bench</c>.</summary>
internal sealed class ForewavePeer : IPeer
{
    private const string ReadyPrefix = "forewave ready ";
    private readonly string _program;

    /// <param name="program">Null for the script at the root of the checkout that this program was built in.</param>
    public ForewavePeer(string? program) => _program = program ?? ScriptOfCheckout();

    public string Name => "forewave";

    public string Title => "Forewave";

    public string Durability => "synced: publishes and acks are synced before they are answered";

    public bool Supports(WorkloadShape shape) => true;

    // Asking for the version also makes the script build what it runs, before anything is measured.
    public async Task<string?> FindVersionAsync(CancellationToken cancellation)
    {
        try
        {
            var answer = await CommandLine.RunAsync(_program, ["--version"], cancellation);
            return answer.Trim() is { Length: > 0 } version ? version.Split('\n')[^1] : null;
        }
        catch (Win32Exception)
        {
            return null; // There is no such program.
        }
    }

    public async Task<IBroker> StartAsync(string folder, CancellationToken cancellation)
    {
        var before = ProcessUsage.OwnCpu();
        await FindVersionAsync(cancellation);
        var startCpu = ProcessUsage.OwnCpu() - before;

        string[] arguments = ["serve", "--data", folder, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"];
        var process = BrokerProcess.Start(new ProcessStartInfo(_program, arguments), ReadyPrefix);
        try
        {
            var ready = ReadyLine.Parse(await process.ReadyLineAsync(cancellation));
            return new ForewaveBroker(process, ready, _program) { CommandStartCpu = startCpu };
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static string ScriptOfCheckout()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Forewave.slnx")))
            {
                return Path.Combine(folder.FullName, "forewave");
            }
        }

        return "forewave";
    }
}
