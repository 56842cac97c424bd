using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Protocol;
using Forewave.Server.Backups;
using Forewave.Storage;
using Forewave.Storage.Files.Backups;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave restore</c>: makes a data folder of a backup folder, up to its newest end, the end of one backup, a position or a time. No
/// broker takes part.
/// </summary>
internal static class RestoreVerb
{
    private static readonly Argument<string> Folder = BackupOptions.Folder();
    private static readonly Option<string> Data = new("--data") { Description = "the data folder to make: empty, or not there yet", HelpName = "DIR", Required = true };
    private static readonly Option<int?> Number = BackupOptions.Number();
    private static readonly Option<LogPosition?> Position = BackupOptions.Position();
    private static readonly Option<DateTimeOffset?> Time = Parsing.OptionalTime("--to-time").Saying("up to the last record written at this time");
    private static readonly Option<int?> Above = Parsing.OptionalNumber("--above-epoch", new() { Least = 0, Most = 1_000_000 })
        .Saying("the epoch of the folder that this one replaces, where that was opened more than 1,000 times since its last backup");
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("restore", "Make a data folder of backups, up to their end or a point in time") { Folder, Data, Number, Position, Time, Above, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        RestorePoint point = new()
        {
            Backup = (uint?)parsed.GetValue(Number), Position = parsed.GetValue(Position), Time = parsed.GetValue(Time) is { } time ? Timestamp.From(time) : null,
        };
        if (new[] { point.Backup is not null, point.Position is not null, point.Time is not null }.Count(given => given) > 1)
            throw new UsageException("give one of --backup, --to-position and --to-time, or none for the newest end");
        string data = parsed.GetRequiredValue(Data);
        if (data.Length == 0)
            throw new UsageException("--data is empty");
        var desk = BackupDesk.Open(parsed.GetRequiredValue(Folder), isMade: false);
        RestoreReport report;
        using (ProgressLine progress = new(() => desk.Bytes, "bytes written"))
            report = await desk.RestoreAsync(point, data, new Epoch((uint)(parsed.GetValue(Above) ?? 0)), stop);
        BackupText.Print(parsed.GetValue(Json), report);
        return ExitCode.Done;
    }
}
