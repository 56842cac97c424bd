using System.CommandLine;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave cluster</c>: broker groups, looked at and repaired.</summary>
internal static class ClusterVerbs
{
    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("cluster", "Look at broker groups, and repair them")
    {
        ClusterStatusVerb.Create(), ClusterPromoteVerb.Create(), ClusterAdoptVerb.Create(), ClusterTailVerb.Create(),
    };
}
