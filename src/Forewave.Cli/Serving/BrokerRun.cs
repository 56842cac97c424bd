using Forewave.Server;

namespace Forewave.Cli.Serving;

/// <summary>
/// A broker from its start to its end: until it is told to stop, or until its partition stopped after a failure. One use; the
/// broker is its caller's.
/// </summary>
internal sealed class BrokerRun(ForewaveBroker broker, TextWriter results)
{
    /// <summary>Told what is not a result.</summary>
    public required TextWriter Messages { get; init; }

    /// <summary>
    /// Starts the broker, says where it listens, waits and stops it. Returns the process's exit code: 0 after a stop that was
    /// asked for, in its start too, 1 after a failure, which a supervisor that starts the process again is right to answer.
    /// </summary>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        try
        {
            await broker.StartAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop while it recovered: what it had opened is closed again.
            return ExitCode.Done;
        }
        await results.WriteLineAsync(
            $"forewave ready listen={broker.ListenAddress} http={broker.HttpAddress} pid={Environment.ProcessId}");
        await results.FlushAsync(CancellationToken.None);
        await WaitAsync(stop, broker.Failed);
        if (broker.Failure is { } failure)
        {
            await Messages.WriteLineAsync(
                $"forewave: stopped after a failure: {failure.Message} (PartitionStopped, error 601): what was acknowledged is kept; repair the cause, then start the broker again");
        }
        await broker.StopAsync(CancellationToken.None);
        return broker.Failure is null ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task WaitAsync(CancellationToken stop, CancellationToken failed)
    {
        TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stopping = stop.UnsafeRegister(static end => ((TaskCompletionSource)end!).TrySetResult(), end);
        await using var failing = failed.UnsafeRegister(static end => ((TaskCompletionSource)end!).TrySetResult(), end);
        await end.Task;
    }
}
