namespace Forewave.Client.Administration;

/// <summary>What an operation does to dead letters.</summary>
public enum DeadAction
{
    /// <summary>They are available to their group, and to no other, again.</summary>
    Redrive = 1,

    /// <summary>They are removed.</summary>
    Purge = 2,

    /// <summary>What another operation did is taken back.</summary>
    Undo = 3,
}
