using System.CommandLine;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave message</c>.</summary>
internal static class MessageVerbs
{
    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("message", "Find messages, browse queues, look at messages; cancel scheduled ones, give them other times")
    {
        MessageFindVerb.Create(), MessageBrowseVerb.Create(), MessageShowVerb.Create(), MessageTraceVerb.Create(),
        MessageScheduledVerb.Create(), MessageCancelVerb.Create(), MessageRescheduleVerb.Create(),
    };
}
