namespace Forewave.Client.Administration;

/// <summary>Messages of one priority. Immutable.</summary>
/// <param name="Priority">The priority, 0 to 9.</param>
/// <param name="Messages">How many.</param>
public readonly record struct PriorityCount(int Priority, long Messages)
{
    /// <summary>When the oldest of them became available; null: there is none, or it is not known.</summary>
    public DateTimeOffset? OldestTime { get; init; }
}
