using System.CommandLine;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave group</c>.</summary>
internal static class GroupVerbs
{
    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("group", "Look at consumer groups and change them")
    {
        GroupListVerb.Create(), GroupShowVerb.Create(), GroupSetVerb.Create(), GroupPauseVerb.Create(), GroupResumeVerb.Create(),
        GroupResetVerb.Create(), GroupReplayVerb.Create(), GroupDeleteVerb.Create(),
    };
}
