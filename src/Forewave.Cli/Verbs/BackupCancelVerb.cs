using System.CommandLine;
using Forewave.Cli.Output;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave backup cancel</c>: ends the broker's backup.</summary>
internal static class BackupCancelVerb
{
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create() => new Command("cancel", "End the backup that the broker takes; nothing of it counts") { Json }
        .With(async (broker, parsed, stop) => BackupText.Print(parsed.GetValue(Json), await broker.Backups.CancelAsync(stop)));
}
