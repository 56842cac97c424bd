using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Server.Backups;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave backup list</c>: the backups of a folder.</summary>
internal static class BackupListVerb
{
    private static readonly Argument<string> Folder = BackupOptions.Folder();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("list", "The backups in a folder, the oldest first") { Folder, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var backups = await BackupDesk.Open(parsed.GetRequiredValue(Folder), isMade: false).ListAsync();
        BackupText.Print(parsed.GetValue(Json), backups);
        return backups.All(backup => backup.Problem is null) ? ExitCode.Done : ExitCode.Failed;
    }
}
