using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave dead list</c>.</summary>
internal static class DeadListVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<string?> Filter = DeadOperationOptions.Filter();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("list", "The dead letters of a group, oldest first") { Queue, Group, Filter, Json }.With(RunAsync);

    private static Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var letters = broker.ListDeadLettersAsync(parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), parsed.GetValue(Filter) ?? "", stop);
        return WholeList.PrintAsync(letters, all => Print(all, parsed.GetValue(Json)));
    }

    private static void Print(List<DeadLetter> letters, bool json)
    {
        if (json)
            JsonResult.PrintList(letters, DeadLetterJson.Write);
        else
            PrintTable(letters);
    }

    private static void PrintTable(List<DeadLetter> letters)
    {
        TextTable table = new("PLACE", "MESSAGE", "DIED", "ATTEMPTS", "REASON");
        foreach (var letter in letters)
            table.Add($"{letter.Place}", $"{letter.Id}", $"{letter.DeathTime:yyyy-MM-ddTHH:mm:ssZ}", $"{(letter.History.Count == 0 ? 0 : letter.History[^1].Attempt)}", letter.Reason);
        table.Print();
    }
}
