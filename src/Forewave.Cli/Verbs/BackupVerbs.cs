using System.CommandLine;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave backup</c>.</summary>
internal static class BackupVerbs
{
    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("backup", "Back a data folder up, look at backups")
    {
        BackupRunVerb.Create(), BackupStatusVerb.Create(), BackupCancelVerb.Create(), BackupListVerb.Create(), BackupVerifyVerb.Create(), BackupPruneVerb.Create(),
    };
}
