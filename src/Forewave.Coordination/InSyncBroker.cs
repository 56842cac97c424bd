namespace Forewave.Coordination;

/// <summary>A member of inSync.</summary>
public sealed record InSyncBroker
{
    /// <summary>The broker's name.</summary>
    public required string Broker { get; init; }

    /// <summary>
    /// Names the time since its receiver was started last, in which nothing that it received can be gone; empty for the master. Only
    /// in this run may it take over: a restart of the database, or of the receiver alone, wipes what was received and not applied.
    /// </summary>
    public string Run { get; init; } = "";
}
