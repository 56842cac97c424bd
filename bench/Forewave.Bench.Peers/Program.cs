using System.Runtime.InteropServices;
using Forewave.Bench.Peers.Forewave;
using Forewave.Bench.Peers.Nats;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.RabbitMq;
using Forewave.Bench.Peers.RabbitMqStreams;
using Forewave.Bench.Peers.Redis;
using Forewave.Bench.Peers.Reports;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers;

internal static class Program
{
    /// <summary>0 when every message of every run arrived once, 1 when not or when a peer failed, 2 for wrong usage.</summary>
    private static async Task<int> Main(string[] arguments)
    {
        RunOptions options;
        IReadOnlyList<IPeer> peers;
        IReadOnlyList<Workload> workloads;
        try
        {
            options = OptionReader.Read(arguments);
            peers = Chosen(AllPeers(options), options.Peers, peer => peer.Name);
            workloads = Chosen(WorkloadCatalogue.Build(options), options.Workloads, workload => workload.Name);
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync($"{wrong.Message}\n\n{OptionReader.Usage}");
            return 2;
        }

        using var interrupted = new CancellationTokenSource();
        using var onInterrupt = StopOn(PosixSignal.SIGINT, interrupted);
        using var onTerminate = StopOn(PosixSignal.SIGTERM, interrupted);
        var comparison = new Comparison(peers, workloads, options);
        var report = await comparison.RunAsync(interrupted.Token);
        Console.Write(MarkdownReport.Render(report));
        if (options.JsonFile is { } file)
        {
            await File.WriteAllTextAsync(file, JsonReport.Render(report), CancellationToken.None);
        }

        return report.IsWhole ? 0 : 1;
    }

    // The brokers are ours to end, so a signal ends the run and not the process.
    private static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource interrupted) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            interrupted.Cancel();
        });

    private static IReadOnlyList<IPeer> AllPeers(RunOptions options) =>
        [new ForewavePeer(options.ForewaveProgram), new NatsPeer(), new RabbitMqPeer(), new RabbitMqStreamsPeer(), new RedisPeer()];

    private static IReadOnlyList<T> Chosen<T>(IReadOnlyList<T> all, IReadOnlyList<string> names, Func<T, string> nameOf)
    {
        if (names.Except(all.Select(nameOf)).FirstOrDefault() is { } unknown)
        {
            throw new FormatException($"'{unknown}' is none of {string.Join(' ', all.Select(nameOf))}.");
        }

        return names.Count == 0 ? all : [.. all.Where(item => names.Contains(nameOf(item)))];
    }
}
