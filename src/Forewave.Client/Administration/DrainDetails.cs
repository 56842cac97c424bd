namespace Forewave.Client.Administration;

/// <summary>How far the drain of a broker is. Immutable.</summary>
public sealed record DrainDetails
{
    /// <summary>It is draining: it lets nobody in but operators.</summary>
    public bool IsDraining { get; init; }

    /// <summary>Connections of clients that are left.</summary>
    public int Connections { get; init; }
}
