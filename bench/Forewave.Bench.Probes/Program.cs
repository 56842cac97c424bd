using System.Net.Sockets;
using Forewave.Bench.Probes.Disk;
using Forewave.Bench.Probes.Network;
using Forewave.Bench.Probes.Reports;

namespace Forewave.Bench.Probes;

internal static class Program
{
    /// <summary>0 when every probe ran or said why it cannot, 1 when one failed or the run was interrupted, 2 for wrong usage.</summary>
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [PeerServer.Argument])
        {
            return await PeerServer.RunAsync();
        }

        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            interrupted.Cancel();
        };
        try
        {
            await RunAsync(OptionReader.Read(arguments), interrupted.Token);
            return 0;
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync($"{wrong.Message}\n\n{OptionReader.Usage}");
            return 2;
        }
        catch (Exception failed) when (failed is IOException or SocketException or UnauthorizedAccessException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(failed.Message);
            return 1;
        }
    }

    private static async Task RunAsync(RunOptions options, CancellationToken cancellation)
    {
        using var folder = new ProbeFolder(options.Folder);
        using var peer = await PeerProcess.StartAsync(cancellation);
        var probes = ProbeCatalogue.Choose(options.Probes, folder, peer);
        var results = await new Survey(probes, options).RunAsync(cancellation);
        var surroundings = Surroundings.Of(options.Folder);
        Console.Write(options.Json ? JsonReport.Render(surroundings, results) + "\n" : TableReport.Render(surroundings, results));
    }
}
