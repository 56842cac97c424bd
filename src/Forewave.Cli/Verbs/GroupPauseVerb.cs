using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave group pause</c>: nothing is handed out until <c>group resume</c>.</summary>
internal static class GroupPauseVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() =>
        new Command("pause", "Hand nothing out until the group is resumed") { Queue, Group, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var (queue, name) = (parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group));
        var group = await broker.SetGroupAsync(queue, name, new GroupSettings { Paused = true }, stop);
        EntryText.Print(parsed.GetValue(Json), writer => GroupJson.Write(writer, group));
    }
}
