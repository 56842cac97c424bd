using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave dead purge</c>: those at the given places, those that a filter takes, or with <c>--all</c> every one; prints how many.</summary>
internal static class DeadPurgeVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Argument<long[]> Places = new("PLACE") { Description = "places in the list", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<bool> All = new("--all") { Description = "every dead letter of the group" };
    private static readonly Option<string?> Filter = DeadFilterOptions.Filter();
    private static readonly Option<bool> DryRun = DeadFilterOptions.DryRun();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("purge", "Remove dead letters for good") { Queue, Places, Group, All, Filter, DryRun, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        long[] places = parsed.GetValue(Places) ?? [];
        bool all = parsed.GetValue(All);
        string? filter = parsed.GetValue(Filter);
        if ((all ? 1 : 0) + (places.Length > 0 ? 1 : 0) + (filter is null ? 0 : 1) != 1)
            throw new UsageException("give places, --filter, or --all");
        bool paged = filter is not null || parsed.GetValue(DryRun);
        if (paged && places.Length > 0)
            throw new UsageException("--dry-run is for --filter and --all");
        if (paged)
        {
            DeadSelection selection = new() { Filter = filter ?? "", DryRun = parsed.GetValue(DryRun) };
            var steps = broker.PurgeDeadLettersAsync(parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), selection, stop);
            await DeadFilterOptions.PrintAsync(steps, parsed.GetValue(Json), stop);
            return;
        }
        long messages = await broker.PurgeDeadLettersAsync(
            parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), all ? null : places, stop);
        CountResult.Print(messages, parsed.GetValue(Json));
    }
}
