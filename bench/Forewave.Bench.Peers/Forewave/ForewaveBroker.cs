using System.Globalization;
using Forewave.Bench.Peers.Measurement;
using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Forewave;

/// <summary>A started Forewave, driven by <c>forewave bench</c> in a process of its own for each step.</summary>
/// <remarks>
/// Times, latencies and losses are those that the command reports. Its CPU is that of the whole process less what a process of the
/// same program uses to start; its compilation is in it, as no process lives long enough to have it behind.
/// </remarks>
internal sealed class ForewaveBroker : IBroker
{
    private const string Group = "drain";
    private readonly BrokerProcess _process;
    private readonly ReadyLine _ready;
    private readonly string _program;

    public ForewaveBroker(BrokerProcess process, ReadyLine ready, string program)
    {
        _process = process;
        _ready = ready;
        _program = program;
    }

    public IReadOnlyList<int> ProcessIds => [_ready.ProcessId];

    /// <summary>Processor time of a command that does nothing.</summary>
    public required TimeSpan CommandStartCpu { get; init; }

    public Task<Outcome> RunAsync(Workload workload, string queue, CancellationToken cancellation) => workload.Shape switch
    {
        WorkloadShape.Publish => PublishAsync(workload, queue, cancellation),
        WorkloadShape.DrainAckEach or WorkloadShape.DrainAckUpTo => DrainAsync(workload, queue, cancellation),
        _ => MeasuredAsync(workload, EndToEnd(workload, queue), cancellation),
    };

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task<Outcome> PublishAsync(Workload workload, string queue, CancellationToken cancellation)
    {
        var outcome = await MeasuredAsync(workload, Publish(workload, queue), cancellation);
        var check = await BenchAsync(Consume(workload, queue), cancellation);
        return outcome with { Lost = LostOf(workload, check), Duplicates = check.Duplicates, OutOfOrder = check.OutOfOrder };
    }

    private async Task<Outcome> DrainAsync(Workload workload, string queue, CancellationToken cancellation)
    {
        await BenchAsync(Publish(workload, queue), cancellation);
        return await MeasuredAsync(workload, Consume(workload, queue), cancellation) with { LatencyMs = null };
    }

    private async Task<Outcome> MeasuredAsync(Workload workload, string[] command, CancellationToken cancellation)
    {
        var meter = new Meter(ProcessIds);
        var result = await BenchAsync(command, cancellation);
        var reading = await meter.StopAsync();
        var clientCpu = reading.ClientCpu - CommandStartCpu;
        return Outcome.Of(reading with { Elapsed = TimeSpan.FromSeconds(result.Seconds), ClientCpu = clientCpu }, workload.Messages) with
        {
            LatencyMs = result.LatencyMs,
            Lost = LostOf(workload, result),
            Duplicates = result.Duplicates,
            OutOfOrder = result.OutOfOrder,
        };
    }

    private async Task<BenchResult> BenchAsync(string[] command, CancellationToken cancellation)
    {
        var output = await CommandLine.RunAsync(_program, ["bench", .. command, "--server", _ready.Server, "--json"], cancellation);
        return BenchResult.Parse(output);
    }

    private static long LostOf(Workload workload, BenchResult result) => Math.Max(result.Lost + result.Errors, workload.Messages - result.Messages);

    private static string[] Publish(Workload workload, string queue) =>
    [
        "publish", "--queue", queue, "--messages", Text(workload.Messages), "--size", Text(workload.SizeBytes),
        "--in-flight", Text(workload.InFlight), "--mode", "batch",
    ];

    private static string[] Consume(Workload workload, string queue) =>
    [
        "consume", "--queue", queue, "--group", Group, "--messages", Text(workload.Messages),
        "--ack", workload.AckMode == AckMode.Each ? "each" : "upto",
    ];

    private static string[] EndToEnd(Workload workload, string queue)
    {
        string[] command = ["e2e", "--queue", queue, "--messages", Text(workload.Messages), "--size", Text(workload.SizeBytes)];
        return workload.RatePerSecond == 0 ? command : [.. command, "--rate", Text(workload.RatePerSecond)];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
