using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Server.Backups;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave backup prune</c>: removes the oldest backups, and the copies that no other backup needs. Prints the removed numbers.</summary>
internal static class BackupPruneVerb
{
    private static readonly Argument<string> Folder = BackupOptions.Folder();
    private static readonly Option<long> Keep = Parsing.Count("--keep").Saying("how many of the newest stay, one at least");
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("prune", "Remove all but the newest backups, and the copies that none of those needs") { Folder, Keep, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        int keep = (int)Math.Min(parsed.GetRequiredValue(Keep), int.MaxValue);
        var removed = await BackupDesk.Open(parsed.GetRequiredValue(Folder), isMade: false).PruneAsync(keep);
        if (parsed.GetValue(Json))
        {
            JsonResult.PrintList(removed, static (writer, number) => writer.WriteNumberValue(number));
            return ExitCode.Done;
        }
        foreach (uint number in removed)
            Console.Out.WriteLine(number);
        return ExitCode.Done;
    }
}
