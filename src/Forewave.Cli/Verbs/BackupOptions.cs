using System.CommandLine;
using System.Globalization;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>What the verbs about backups take.</summary>
internal static class BackupOptions
{
    /// <summary>The backup folder, as the verb's first argument.</summary>
    public static Argument<string> Folder() => new("FOLDER") { Description = "the backup folder" };

    /// <summary>A backup's number that need not be given.</summary>
    public static Option<int?> Number() => Parsing.OptionalNumber("--backup", new() { Least = 1, Most = int.MaxValue }).Saying("a backup's number, as backup list says it");

    /// <summary>A log position that need not be given.</summary>
    public static Option<LogPosition?> Position() => new("--to-position")
    {
        Description = "up to the record at this log position, 16 hex digits as in a message id",
        HelpName = "POSITION",
        CustomParser = result =>
        {
            if (ulong.TryParse(result.Tokens[0].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits) && bits > 0 && result.Tokens[0].Value.Length == 16)
                return LogPosition.FromBits(bits);
            result.AddError($"'{result.Tokens[0].Value}' is no log position: 16 hex digits, as behind the dash of a message id");
            return null;
        },
    };

    /// <summary>Bytes a second that need not be given.</summary>
    public static Option<long?> Rate() => new("--rate")
    {
        Description = "bytes that it may read in a second (33554432): from 65536",
        HelpName = "BYTES",
        CustomParser = result =>
        {
            if (long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) && bytes >= Limits.LeastBackupReadBytes)
                return bytes;
            result.AddError(UsageException.Numbered(ErrorCode.FieldInvalid, $"'{result.Tokens[0].Value}' is no whole number from {Limits.LeastBackupReadBytes}"));
            return null;
        },
    };
}
