namespace Forewave.Protocol;

/// <summary>What an error says about what was to be stored.</summary>
public enum StoredOutcome
{
    /// <summary>It is not stored.</summary>
    No,

    /// <summary>It may be stored or not: only a repeat under the same sequence finds out without making a second copy.</summary>
    Unknown,
}
