namespace Forewave.Coordination.ZooKeeper.Nodes;

/// <summary>A group's record as JSON.</summary>
internal sealed record GroupNode
{
    public required int Format { get; init; }

    public required uint Epoch { get; init; }

    public required string Master { get; init; }

    public required MemberNode[] InSync { get; init; }

    /// <summary>Null where it is left out.</summary>
    public string? Note { get; init; }

    /// <summary>Differs from set to set: by it a set whose reply was lost is told from another one that says the same.</summary>
    public required string Set { get; init; }
}
