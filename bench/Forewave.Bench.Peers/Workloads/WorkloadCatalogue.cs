namespace Forewave.Bench.Peers.Workloads;

/// <summary>All workloads in the order of the table, with the sizes of one run.</summary>
internal static class WorkloadCatalogue
{
    public static IReadOnlyList<Workload> Build(RunOptions options) =>
    [
        Of(WorkloadShape.Publish, "publish-1k", $"publish 1 KiB, {options.InFlight:N0} in flight", options) with { SizeBytes = 1024 },
        Of(WorkloadShape.Publish, "publish-100", $"publish 100 B, {options.InFlight:N0} in flight", options) with { SizeBytes = 100 },
        Of(WorkloadShape.DrainAckEach, "drain", $"drain {options.Backlog:N0} × 1 KiB, each acked", options) with { Messages = options.Backlog },
        Of(WorkloadShape.DrainAckUpTo, "drain-upto", $"drain {options.Backlog:N0} × 1 KiB, acked up to an offset", options) with { Messages = options.Backlog },
        Of(WorkloadShape.Both, "both", "publish and consume at once, 1 KiB", options),
        Of(WorkloadShape.Paced, "paced", $"paced {options.RatePerSecond:N0}/s, 1 KiB, intended send → received", options) with
        {
            Messages = (int)(options.RatePerSecond * options.PacedFor.TotalSeconds),
            RatePerSecond = options.RatePerSecond,
        },
    ];

    private static Workload Of(WorkloadShape shape, string name, string title, RunOptions options) => new()
    {
        Name = name,
        Title = title,
        Shape = shape,
        Messages = options.Messages,
        SizeBytes = 1024,
        InFlight = options.InFlight,
    };
}
