using System.Globalization;
using System.Text.Json;
using Forewave.Cli.Output;

namespace Forewave.Cli.Bench;

/// <summary>What a benchmark found.</summary>
internal sealed record BenchReport
{
    /// <summary>Published with a receipt, or received for the first time.</summary>
    public required long Messages { get; init; }

    /// <summary>From the first call to the last outcome.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Of the messages' bodies.</summary>
    public required long BodyBytes { get; init; }

    /// <summary>Null where none was measured.</summary>
    public LatencyHistogram? Latency { get; init; }

    /// <summary>Calls that failed.</summary>
    public long Errors { get; init; }

    /// <summary>Why the first did; null when none did.</summary>
    public string? FirstError { get; init; }

    /// <summary>What was received; null where nothing was consumed.</summary>
    public DeliveryCounts? Deliveries { get; init; }

    /// <summary>Of the same work before the run; zero: there was none.</summary>
    public TimeSpan Warmup { get; init; }

    /// <summary>1 when anything failed, was lost, doubled or too early.</summary>
    public int ExitCode => Errors > 0 || Deliveries is { Lost: > 0 } or { Duplicates: > 0 } or { Early: > 0 } ? Cli.ExitCode.Failed : Cli.ExitCode.Done;

    private double Seconds => Elapsed.TotalSeconds;

    private double Rate => Seconds > 0 ? Messages / Seconds : 0;

    private double MegabytesPerSecond => Seconds > 0 ? BodyBytes / 1e6 / Seconds : 0;

    /// <summary>Prints it to stdout; why something failed to stderr.</summary>
    public void Print(bool json)
    {
        if (FirstError is not null)
            Console.Error.WriteLine($"forewave: {Errors} failed, the first: {FirstError}");
        if (json)
            JsonResult.Print(WriteJson);
        else
            PrintText();
    }

    private void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("messages", Messages);
        writer.WriteNumber("seconds", Math.Round(Seconds, 6));
        writer.WriteNumber("messagesPerSecond", Math.Round(Rate, 1));
        writer.WriteNumber("megabytesPerSecond", Math.Round(MegabytesPerSecond, 3));
        if (Latency is { } latency)
            WriteLatency(writer, latency);
        if (Warmup > TimeSpan.Zero)
            writer.WriteNumber("warmupSeconds", Warmup.TotalSeconds);
        writer.WriteNumber("errors", Errors);
        if (Deliveries is { } deliveries)
        {
            writer.WriteNumber("lost", deliveries.Lost);
            writer.WriteNumber("duplicates", deliveries.Duplicates);
            writer.WriteNumber("redelivered", deliveries.Redelivered);
            writer.WriteNumber("outOfOrder", deliveries.OutOfOrder);
            writer.WriteNumber("early", deliveries.Early);
        }
        writer.WriteEndObject();
    }

    private static void WriteLatency(Utf8JsonWriter writer, LatencyHistogram latency)
    {
        writer.WriteStartObject("latencyMs");
        writer.WriteNumber("p50", Milliseconds(latency.Percentile(0.5)));
        writer.WriteNumber("p99", Milliseconds(latency.Percentile(0.99)));
        writer.WriteNumber("p999", Milliseconds(latency.Percentile(0.999)));
        writer.WriteNumber("max", Milliseconds(latency.Max));
        writer.WriteEndObject();
    }

    private void PrintText()
    {
        var culture = CultureInfo.InvariantCulture;
        Console.Out.WriteLine(string.Create(culture, $"messages     {Messages:N0} in {Seconds:F3} s, {Errors} errors"));
        Console.Out.WriteLine(string.Create(culture, $"rate         {Rate:N0}/s, {MegabytesPerSecond:N1} MB/s"));
        if (Warmup > TimeSpan.Zero)
            Console.Out.WriteLine(string.Create(culture, $"warm-up      {Warmup.TotalSeconds} s before, not counted"));
        if (Latency is { } latency)
        {
            Console.Out.WriteLine(string.Create(
                culture,
                $"latency ms   p50 {Milliseconds(latency.Percentile(0.5))}  p99 {Milliseconds(latency.Percentile(0.99))}  p99.9 {Milliseconds(latency.Percentile(0.999))}  max {Milliseconds(latency.Max)}"));
        }
        if (Deliveries is { } counts)
        {
            Console.Out.WriteLine(string.Create(
                culture, $"deliveries   {counts.Lost} lost, {counts.Duplicates} duplicates, {counts.Redelivered} redelivered, {counts.OutOfOrder} out of order, {counts.Early} early"));
        }
    }

    private static double Milliseconds(TimeSpan duration) => Math.Round(duration.TotalMilliseconds, 4);
}
