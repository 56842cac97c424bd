using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave group resume</c>: a paused group goes on; with <c>--key K</c> a parked ordering key does, with the message that failed
/// or without it.
/// </summary>
internal static class GroupResumeVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<string?> Key = new("--key") { Description = "a parked ordering key instead of the paused group", HelpName = "KEY" };
    private static readonly Option<bool> GiveUp = new("--give-up") { Description = "with --key: the message that failed becomes a dead letter" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() =>
        new Command("resume", "Let a paused group, or a parked ordering key, go on") { Queue, Group, Key, GiveUp, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var (queue, group) = (parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group));
        string? key = parsed.GetValue(Key);
        if (key is null && parsed.GetValue(GiveUp))
            throw new UsageException("--give-up goes with --key");
        var details = key is null
            ? await broker.SetGroupAsync(queue, group, new GroupSettings { Paused = false }, stop)
            : await ResumeKeyAsync();
        EntryText.Print(parsed.GetValue(Json), writer => GroupJson.Write(writer, details));

        async Task<GroupDetails> ResumeKeyAsync()
        {
            await broker.ResumeKeyAsync(queue, group, key, parsed.GetValue(GiveUp), stop);
            return await broker.ShowGroupAsync(queue, group, stop);
        }
    }
}
