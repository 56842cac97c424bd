using System.CommandLine;
using Forewave.Cli.Output;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave backup status</c>: how far the broker's backup is, or how its last one ended.</summary>
internal static class BackupStatusVerb
{
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create() => new Command("status", "How far the broker's backup is, or how the last one since its start ended") { Json }
        .With(async (broker, parsed, stop) => BackupText.Print(parsed.GetValue(Json), await broker.Backups.ShowAsync(stop)));
}
