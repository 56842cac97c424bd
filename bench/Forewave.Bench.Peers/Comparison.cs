using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Reports;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers;

/// <summary>Runs every workload on every peer, round by round, so that what disturbs the machine for a while disturbs all of them.</summary>
/// <remarks>Each run has a broker of its own, started in an empty folder. A peer that fails in a run is reported there, and goes on with the next.</remarks>
internal sealed class Comparison
{
    private readonly IReadOnlyList<IPeer> _peers;
    private readonly IReadOnlyList<Workload> _workloads;
    private readonly RunOptions _options;

    public Comparison(IReadOnlyList<IPeer> peers, IReadOnlyList<Workload> workloads, RunOptions options)
    {
        _peers = peers;
        _workloads = workloads;
        _options = options;
    }

    /// <summary>When cancelled, ends with what was measured so far.</summary>
    public async Task<Report> RunAsync(CancellationToken cancellation)
    {
        var installed = await InstalledAsync(cancellation);
        var runs = new List<MeasuredRun>();
        for (var round = 1; round <= _options.Rounds; round++)
        {
            foreach (var (workload, peer) in _workloads.SelectMany(workload => installed.Keys.Select(peer => (workload, peer))))
            {
                if (cancellation.IsCancellationRequested)
                {
                    break;
                }

                var run = await RunOnceAsync(peer, workload, cancellation) with { Round = round };
                await Console.Error.WriteLineAsync(run.ToLine());
                runs.Add(run);
            }
        }

        return new Report
        {
            Machine = Machine.Describe(),
            Date = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime),
            Options = _options,
            Peers = [.. installed.Select(peer => new ReportedPeer { Name = peer.Key.Name, Title = peer.Key.Title, Version = peer.Value, Durability = peer.Key.Durability })],
            Workloads = _workloads,
            Runs = runs,
        };
    }

    private async Task<Dictionary<IPeer, string>> InstalledAsync(CancellationToken cancellation)
    {
        var installed = new Dictionary<IPeer, string>();
        foreach (var peer in _peers)
        {
            if (await peer.FindVersionAsync(cancellation) is { } version)
            {
                installed.Add(peer, version);
            }
            else
            {
                await Console.Error.WriteLineAsync($"{peer.Name}: not installed, left out (bench/peers.sh installs it)");
            }
        }

        return installed;
    }

    private static async Task<MeasuredRun> RunOnceAsync(IPeer peer, Workload workload, CancellationToken cancellation)
    {
        if (!peer.Supports(workload.Shape))
        {
            return new MeasuredRun { Peer = peer.Name, Workload = workload.Name };
        }

        using var folder = new TemporaryFolder();
        try
        {
            await using var broker = await peer.StartAsync(folder.Path, cancellation);
            await broker.RunAsync(workload.AsWarmUp(), "warmup", cancellation);
            var outcome = await broker.RunAsync(workload, "bench", cancellation);
            return new MeasuredRun { Peer = peer.Name, Workload = workload.Name, Outcome = outcome };
        }
        catch (Exception error) // The other peers go on; the report names what failed here.
        {
            return new MeasuredRun { Peer = peer.Name, Workload = workload.Name, Error = error.Message };
        }
    }
}
