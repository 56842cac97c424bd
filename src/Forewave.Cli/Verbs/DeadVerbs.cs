using System.CommandLine;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave dead</c>.</summary>
internal static class DeadVerbs
{
    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("dead", "Look at a group's dead letters, make them available again, remove them, take that back")
    {
        DeadListVerb.Create(), DeadShowVerb.Create(), DeadRedriveVerb.Create(), DeadPurgeVerb.Create(),
        DeadOperationsVerb.Create(), DeadOperationVerb.Create(), DeadCancelVerb.Create(), DeadUndoVerb.Create(),
    };
}
