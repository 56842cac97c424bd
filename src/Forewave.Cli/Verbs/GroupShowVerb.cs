using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave group show</c>.</summary>
internal static class GroupShowVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("show", "One group") { Queue, Group, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var group = await broker.ShowGroupAsync(parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), stop);
        EntryText.Print(parsed.GetValue(Json), writer => GroupJson.Write(writer, group));
    }
}
