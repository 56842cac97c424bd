using System.Diagnostics;
using Forewave.Client.Telemetry;

namespace Forewave.Cli.Bench;

/// <summary>
/// While it lives, every so many publishes of this process have a span whose trace is recorded, as a program has that is observed; where
/// spans go then is not measured along. Thread-safe.
/// </summary>
internal sealed class BenchTracing : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly long _every;
    private long _publishes;

    /// <param name="every">1: all of them.</param>
    public BenchTracing(long every)
    {
        _every = every;
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == ClientTelemetry.Name,
            Sample = Sample,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private ActivitySamplingResult Sample(ref ActivityCreationOptions<ActivityContext> options) =>
        Interlocked.Increment(ref _publishes) % _every == 0 ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None;
}
