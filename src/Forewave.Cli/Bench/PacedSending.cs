using System.Diagnostics;

namespace Forewave.Cli.Bench;

/// <summary>
/// Publishes at a rate: message i at start + i / rate, whether the ones before have their receipts or not, until too many are
/// in flight; even then the intended times go on, so that nothing is hidden. One thread of its own, asleep in between.
/// </summary>
internal sealed class PacedSending(IReadOnlyList<CallbackSender> senders, BenchPlan plan)
{
    private static readonly long RetryTicks = Stopwatch.Frequency / 20_000;

    /// <summary>Completes when each message has its outcome.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await Task.Factory.StartNew(
            () => Issue(cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        foreach (var sender in senders)
            await sender.EndAsync();
    }

    private void Issue(CancellationToken cancellation)
    {
        PreciseSleep.Prepare();
        long start = Stopwatch.GetTimestamp();
        double ticksPerMessage = Stopwatch.Frequency / plan.RatePerSecond;
        for (long i = 0; i < plan.Messages && !cancellation.IsCancellationRequested; i++)
        {
            long intended = start + (long)(i * ticksPerMessage);
            PreciseSleep.Until(intended);
            var sender = senders[(int)(i % senders.Count)];
            while (!sender.TryIssue(new BenchInstant(intended)) && !cancellation.IsCancellationRequested)
                PreciseSleep.Until(Stopwatch.GetTimestamp() + RetryTicks);
        }
    }
}
