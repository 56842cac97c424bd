namespace Forewave.Storage.MySql.Log;

/// <summary>Who writes under a fence. The names are in MQ_FENCE.</summary>
internal enum FenceRole
{
    /// <summary>The writer of the log.</summary>
    Log,

    /// <summary>Whoever takes rows from the log to their tables.</summary>
    Mover,

    /// <summary>The writer of checkpoints.</summary>
    State,
}
