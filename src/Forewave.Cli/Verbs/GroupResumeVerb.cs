using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave group resume --key K</c>: a parked ordering key goes on, with the message that failed or without it.</summary>
internal static class GroupResumeVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<string> Key = new("--key") { Description = "the parked ordering key", HelpName = "KEY", Required = true };
    private static readonly Option<bool> GiveUp = new("--give-up") { Description = "the message that failed becomes a dead letter" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() =>
        new Command("resume", "Let a parked ordering key go on") { Queue, Group, Key, GiveUp, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var (queue, group) = (parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group));
        await broker.ResumeKeyAsync(queue, group, parsed.GetRequiredValue(Key), parsed.GetValue(GiveUp), stop);
        var details = await broker.ShowGroupAsync(queue, group, stop);
        EntryText.Print(parsed.GetValue(Json), writer => GroupJson.Write(writer, details));
    }
}
