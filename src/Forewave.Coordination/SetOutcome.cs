namespace Forewave.Coordination;

/// <summary>What became of a versioned set.</summary>
public enum SetOutcome
{
    /// <summary>The record is what was wanted, under the next version.</summary>
    Done,

    /// <summary>
    /// The record is another one than was wanted: it had another version than the one that was named, or the reply was lost and it
    /// has been set again since.
    /// </summary>
    Conflict,

    /// <summary>
    /// The session ended before this could be told: the set may have been done. Its request will not be done any more once
    /// the next session's first own set has gone through; until then nobody may build on its not having been done.
    /// </summary>
    Unknown,
}
