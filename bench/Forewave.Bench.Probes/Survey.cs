using Forewave.Bench.Probes.Reports;

namespace Forewave.Bench.Probes;

/// <summary>Runs the probes: each once to warm up, then round by round through all, so that what disturbs the machine disturbs all.</summary>
internal sealed class Survey(IReadOnlyList<IProbe> probes, RunOptions options)
{
    public async Task<IReadOnlyList<ProbeResult>> RunAsync(CancellationToken cancellation)
    {
        var results = probes.Select(probe => new ProbeResult { Probe = probe.Name }).ToList();
        for (var round = 0; round <= options.Rounds; round++)
        {
            await Console.Error.WriteLineAsync(round == 0 ? "warm-up" : $"round {round} of {options.Rounds}");
            foreach (var (probe, result) in probes.Zip(results).Where(pair => pair.Second.Refusal is null))
            {
                cancellation.ThrowIfCancellationRequested();
                await RunRoundAsync(probe, result, isWarmUp: round == 0, cancellation);
            }
        }

        return results;
    }

    private async Task RunRoundAsync(IProbe probe, ProbeResult result, bool isWarmUp, CancellationToken cancellation)
    {
        try
        {
            var figures = await probe.RunAsync(isWarmUp ? options.Length / 2 : options.Length, cancellation);
            if (!isWarmUp)
            {
                result.Rounds.Add(figures);
            }
        }
        catch (NotSupportedException refused)
        {
            result.Refusal = refused.Message;
        }
    }
}
