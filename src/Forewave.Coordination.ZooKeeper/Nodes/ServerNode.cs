namespace Forewave.Coordination.ZooKeeper.Nodes;

/// <summary>A broker's announcement as JSON.</summary>
internal sealed record ServerNode
{
    public required int Format { get; init; }

    public required string Broker { get; init; }

    public required string Address { get; init; }

    /// <summary>Null where it is left out.</summary>
    public string? Run { get; init; }

    /// <summary>Null where it is left out.</summary>
    public string? Http { get; init; }
}
