namespace Forewave.Coordination.ZooKeeper.Nodes;

/// <summary>A member of inSync as JSON.</summary>
internal sealed record MemberNode
{
    public required string Broker { get; init; }

    /// <summary>Null where it is left out.</summary>
    public string? Run { get; init; }
}
