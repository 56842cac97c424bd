using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave dead redrive</c>: those at the given places, those that a filter takes, or with <c>--all</c> every one; prints how many.</summary>
internal static class DeadRedriveVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Argument<long[]> Places = new("PLACE") { Description = "places in the list", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<bool> All = new("--all") { Description = "every dead letter of the group" };
    private static readonly Option<string?> Filter = DeadFilterOptions.Filter();
    private static readonly Option<double?> Rate = DeadFilterOptions.Rate();
    private static readonly Option<bool> DryRun = DeadFilterOptions.DryRun();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("redrive", "Make dead letters available to their group again") { Queue, Places, Group, All, Filter, Rate, DryRun, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        long[] places = parsed.GetValue(Places) ?? [];
        bool all = parsed.GetValue(All);
        string? filter = parsed.GetValue(Filter);
        if ((all ? 1 : 0) + (places.Length > 0 ? 1 : 0) + (filter is null ? 0 : 1) != 1)
            throw new UsageException("give places, --filter, or --all");
        if (parsed.GetValue(Rate) is { } rate && !(rate > 0 && rate <= 1_000_000))
            throw new UsageException("--rate is more than 0, and at most 1,000,000");
        bool paged = filter is not null || parsed.GetValue(DryRun) || parsed.GetValue(Rate) is not null;
        if (paged && places.Length > 0)
            throw new UsageException("--rate and --dry-run are for --filter and --all");
        if (paged)
        {
            DeadSelection selection = new() { Filter = filter ?? "", DryRun = parsed.GetValue(DryRun), Rate = parsed.GetValue(Rate) ?? 0 };
            var steps = broker.RedriveAsync(parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), selection, stop);
            await DeadFilterOptions.PrintAsync(steps, parsed.GetValue(Json), stop);
            return;
        }
        long messages = await broker.RedriveAsync(
            parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), all ? null : places, stop);
        CountResult.Print(messages, parsed.GetValue(Json));
    }
}
