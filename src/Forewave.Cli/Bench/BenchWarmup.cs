using Forewave.Cli.Verbs;
using Forewave.Client;
using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>
/// The same work before the work that is measured, at the same rate: what is cold (the JIT of this process above all, and of a
/// broker that was just started) is not part of a paced run. It has a queue of its own, which disposal deletes: after the run,
/// so that the deletion does not fall into it.
/// </summary>
internal sealed class BenchWarmup : IAsyncDisposable
{
    /// <summary>For paced runs, unless told otherwise.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(3);

    private readonly string _server;
    private readonly QueueName _queue = new($"bench-warmup-{Random.Shared.NextInt64():x16}");
    private bool _hasQueue;

    private BenchWarmup(string server) => _server = server;

    /// <summary>How long it may take at most.</summary>
    public static TimeSpan Longest => TimeSpan.FromHours(1);

    /// <summary>Runs the plan for a while on the other queue; zero: not at all.</summary>
    /// <param name="plan">With a rate.</param>
    /// <param name="run">Does what will be measured, for a plan.</param>
    public static async Task<BenchWarmup> RunAsync(BenchPlan plan, Func<BenchPlan, Task> run)
    {
        BenchWarmup warmup = new(plan.Server);
        long messages = (long)(plan.RatePerSecond * plan.Warmup.TotalSeconds);
        if (messages == 0)
            return warmup;
        warmup._hasQueue = true;
        try
        {
            await run(plan with { Queues = [warmup._queue], Messages = messages });
            return warmup;
        }
        catch
        {
            await warmup.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_hasQueue)
            return;
        await using var client = ClientOptions.Connect(_server);
        try
        {
            await client.Administration.DeleteQueueAsync(_queue, CancellationToken.None);
        }
        catch (ForewaveException kept)
        {
            Console.Error.WriteLine($"forewave: the queue {_queue.Value} is left over: {kept.Message}");
        }
    }
}
