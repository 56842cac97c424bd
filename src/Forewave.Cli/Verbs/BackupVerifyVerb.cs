using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Server.Backups;
using Forewave.Storage.Files.Backups;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave backup verify</c>: reads every file of the backups and compares it with what was written. Exit 1 when one differs.</summary>
internal static class BackupVerifyVerb
{
    private static readonly Argument<string> Folder = BackupOptions.Folder();
    private static readonly Option<int?> Number = BackupOptions.Number();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("verify", "Read every file of the backups, or of one, and compare it with what was written") { Folder, Number, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var desk = BackupDesk.Open(parsed.GetRequiredValue(Folder), isMade: false);
        IReadOnlyList<BackupFault> faults;
        using (ProgressLine progress = new(() => desk.Bytes, "bytes read"))
            faults = await desk.VerifyAsync((uint?)parsed.GetValue(Number), stop);
        BackupText.Print(parsed.GetValue(Json), faults);
        return faults.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
