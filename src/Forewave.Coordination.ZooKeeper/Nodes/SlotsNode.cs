namespace Forewave.Coordination.ZooKeeper.Nodes;

/// <summary>The slots of a queue as JSON.</summary>
internal sealed record SlotsNode
{
    public required int Format { get; init; }

    public required uint Version { get; init; }

    /// <summary>First slot, how many, partition; what stands behind these belongs to versions that move slots.</summary>
    public required int[][] Ranges { get; init; }
}
