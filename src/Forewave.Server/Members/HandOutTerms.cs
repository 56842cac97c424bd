namespace Forewave.Server.Members;

/// <summary>What bounds the handing out of messages by a master.</summary>
internal sealed record HandOutTerms
{
    /// <summary>How long it may go on without having heard anybody: ZooKeeper's session time-out.</summary>
    public required TimeSpan Session { get; init; }

    /// <summary>Asks ZooKeeper something over the broker's session; true: it answered. Never throws.</summary>
    public required Func<CancellationToken, Task<bool>> AskCoordination { get; init; }

    /// <summary>The engine's clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Told in words when it stops and goes on.</summary>
    public required Action<string> Told { get; init; }
}
