using System.CommandLine;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave dead purge</c>: those at the given places or with <c>--all</c> every one, at once; or those that a filter takes, by
/// an operation that goes on in the broker. Prints how many, and the operation's number.
/// </summary>
internal static class DeadPurgeVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Argument<DeadPlace[]> Places = Parsing.DeadPlacesArgument().Saying("places in the list");
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<bool> All = new("--all") { Description = "every dead letter of the group" };
    private static readonly Option<string?> Filter = DeadOperationOptions.Filter();
    private static readonly Option<double?> Rate = DeadOperationOptions.Rate();
    private static readonly Option<string?> Reason = DeadOperationOptions.Reason();
    private static readonly Option<bool> ForGood = new("--for-good") { Description = "without a way back; makes room at once" };
    private static readonly Option<bool> DryRun = DeadOperationOptions.DryRun();
    private static readonly Option<bool> Detach = DeadOperationOptions.Detach();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("purge", "Remove dead letters; for a while that can be undone")
    {
        Queue, Places, Group, All, Filter, Rate, Reason, ForGood, DryRun, Detach, Json,
    }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        DeadPlace[] places = parsed.GetValue(Places) ?? [];
        bool all = parsed.GetValue(All);
        string? filter = parsed.GetValue(Filter);
        bool json = parsed.GetValue(Json);
        if ((all ? 1 : 0) + (places.Length > 0 ? 1 : 0) + (filter is null ? 0 : 1) != 1)
            throw new UsageException("give places, --filter, or --all");
        bool isLong = filter is not null || parsed.GetValue(DryRun) || parsed.GetValue(Detach) || parsed.GetValue(Rate) is not null;
        if (isLong && places.Length > 0)
            throw new UsageException("--rate, --dry-run and --detach are for --filter and --all");
        var (queue, group) = (parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group));
        DeadOperationTerms terms = new()
        {
            Action = DeadAction.Purge, Filter = filter ?? "", Rate = parsed.GetValue(Rate) ?? 0,
            Reason = parsed.GetValue(Reason) ?? "", ForGood = parsed.GetValue(ForGood),
        };
        if (parsed.GetValue(DryRun))
            await DeadOperationOptions.TryAsync(broker.ListDeadLettersAsync(queue, group, terms.Filter, stop), json, stop);
        else if (isLong)
            await DeadOperationOptions.RunAsync(broker, (queue, group), (terms, parsed.GetValue(Detach), json), stop);
        else
            DeadOperationOptions.Print(await broker.DeadLetters.DoAsync(queue, group, terms, all ? null : places, stop), json);
    }
}
