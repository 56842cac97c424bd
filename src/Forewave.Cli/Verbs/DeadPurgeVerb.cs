using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave dead purge</c>: those at the given places, or with <c>--all</c> every one; prints how many.</summary>
internal static class DeadPurgeVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Argument<long[]> Places = new("PLACE") { Description = "places in the list", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<bool> All = new("--all") { Description = "every dead letter of the group" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("purge", "Remove dead letters for good") { Queue, Places, Group, All, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        long[] places = parsed.GetValue(Places) ?? [];
        bool all = parsed.GetValue(All);
        if (all == places.Length > 0)
            throw new UsageException("give places, or --all");
        long messages = await broker.PurgeDeadLettersAsync(
            parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), all ? null : places, stop);
        CountResult.Print(messages, parsed.GetValue(Json));
    }
}
