namespace Forewave.Storage.MySql.Log;

/// <summary>Why appends are refused for a while.</summary>
internal enum AppendRefusal
{
    /// <summary>They are not.</summary>
    None,

    /// <summary>The database does not answer, or takes no writes.</summary>
    Unreachable,

    /// <summary>The database's disk is full.</summary>
    DiskFull,
}
