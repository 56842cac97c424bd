using System.CommandLine;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave queue</c>.</summary>
internal static class QueueVerbs
{
    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("queue", "Look at queues and change them")
    {
        QueueListVerb.Create(), QueueCreateVerb.Create(), QueueShowVerb.Create(), QueueSetVerb.Create(), QueuePurgeVerb.Create(),
        QueueDeleteVerb.Create(),
    };
}
