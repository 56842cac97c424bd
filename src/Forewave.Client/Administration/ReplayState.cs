namespace Forewave.Client.Administration;

/// <summary>How a replay stands.</summary>
public enum ReplayState
{
    /// <summary>The broker is newer and says something else.</summary>
    Unknown = 0,

    /// <summary>Something of it is left.</summary>
    Running = 1,

    /// <summary>All of its range was dealt with.</summary>
    Done = 2,

    /// <summary>Somebody called it off, or reset the group.</summary>
    Cancelled = 3,
}
