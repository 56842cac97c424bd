using System.CommandLine;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave recurring</c>.</summary>
internal static class RecurringVerbs
{
    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("recurring", "Messages that come again and again")
    {
        RecurringSetVerb.Create(), RecurringListVerb.Create(), RecurringDeleteVerb.Create(),
    };
}
