using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Server.Backups;
using Forewave.Storage.Backups;
using BackupState = Forewave.Client.Administration.BackupState;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave backup run</c>: a broker backs itself up to the folder that it was started with, and this waits for the end; with
/// <c>--data</c> and <c>--to</c> it backs up a folder itself that no broker has open. Exit 1 when the backup does not come to its end, or positions of the log could not be read.
/// </summary>
internal static class BackupRunVerb
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    private static readonly Option<long?> Rate = BackupOptions.Rate();
    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "begin it, and do not wait for its end" };
    private static readonly Option<string?> Data = Parsing.OptionalPath("--data").Saying("a data folder that no broker has open, to be backed up by this program");
    private static readonly Option<string?> To = Parsing.OptionalPath("--to").Saying("with --data: the backup folder");
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create() => new Command("run", "Take a backup: of a broker that runs, or with --data of a stopped one's folder")
    {
        Rate, NoWait, Data, To, Json,
    }.WithClient(RunAsync);

    private static async Task<int> RunAsync(ForewaveClient client, ParseResult parsed, CancellationToken stop)
    {
        if (parsed.GetValue(Data) is { } data)
            return await TakeAsync(data, parsed, stop);
        if (parsed.GetValue(To) is not null)
            throw new UsageException("--to is for --data: a broker backs itself up to its own backupFolder");
        var backups = client.Administration.Backups;
        var backup = await backups.BeginAsync(parsed.GetValue(Rate), stop);
        if (!parsed.GetValue(NoWait))
            backup = await WaitAsync(backups, stop);
        BackupText.Print(parsed.GetValue(Json), backup);
        return ExitCodeOf(backup);
    }

    // Interrupted it goes on in the broker: backup cancel ends it.
    private static async Task<BackupDetails> WaitAsync(BackupAdministration backups, CancellationToken stop)
    {
        long copied = 0;
        using ProgressLine progress = new(() => Volatile.Read(ref copied), "bytes copied");
        using PeriodicTimer timer = new(Period);
        while (true)
        {
            var backup = await backups.ShowAsync(stop);
            if (backup.State != BackupState.Running)
                return backup;
            Volatile.Write(ref copied, backup.CopiedBytes);
            await timer.WaitForNextTickAsync(stop);
        }
    }

    private static async Task<int> TakeAsync(string data, ParseResult parsed, CancellationToken stop)
    {
        string to = parsed.GetValue(To) ?? throw new UsageException("--data needs --to, the backup folder");
        if (parsed.GetValue(Rate) is not null || parsed.GetValue(NoWait))
            throw new UsageException("--rate and --no-wait are for a broker that runs, not for --data");
        var desk = BackupDesk.Open(to, isMade: true);
        BackupProgress taken;
        using (ProgressLine progress = new(() => desk.Bytes, "bytes"))
            taken = await desk.TakeAsync(data, stop);
        BackupDetails backup = new()
        {
            State = (BackupState)taken.State, Number = taken.Number, Begun = taken.Begun.ToDateTimeOffset(), Ended = taken.Ended.ToDateTimeOffset(),
            CopiedBytes = taken.CopiedBytes, ReusedBytes = taken.ReusedBytes, EndPosition = taken.End, DamagedPositions = (long)taken.DamagedPositions,
            Error = taken.Error, Problem = taken.Problem,
        };
        BackupText.Print(parsed.GetValue(Json), backup);
        return ExitCodeOf(backup);
    }

    // One that lacks something is no success: whoever prunes afterwards would keep it for those that are whole.
    private static int ExitCodeOf(BackupDetails backup) =>
        backup.State is BackupState.Done or BackupState.Running && backup.DamagedPositions == 0 ? ExitCode.Done : ExitCode.Failed;
}
