using System.Globalization;
using System.Text.Json;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Diagnosis;
using Forewave.Storage;
using Forewave.Storage.Files.Backups;

namespace Forewave.Cli.Output;

/// <summary>Backups, for people and for programs.</summary>
internal static class BackupText
{
    /// <summary>Prints one that a broker takes or took.</summary>
    public static void Print(bool json, BackupDetails backup) => EntryText.Print(json, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("state", backup.State.ToString().ToLowerInvariant());
        writer.WriteNumber("backup", backup.Number);
        if (backup.Begun is { } begun)
            writer.WriteString("begun", Text(begun));
        if (backup.Ended is { } ended)
            writer.WriteString("ended", Text(ended));
        if (backup.EndPosition != LogPosition.None)
            writer.WriteString("endPosition", backup.EndPosition.ToString());
        writer.WriteNumber("copiedBytes", backup.CopiedBytes);
        writer.WriteNumber("reusedBytes", backup.ReusedBytes);
        writer.WriteNumber("damagedPositions", backup.DamagedPositions);
        if (backup.Error != ErrorCode.None)
            writer.WriteNumber("error", (uint)backup.Error);
        if (backup.Problem is { } problem)
            writer.WriteString("problem", problem);
        writer.WriteEndObject();
    });

    /// <summary>Prints those of a folder.</summary>
    public static void Print(bool json, IReadOnlyList<BackupDescription> backups)
    {
        if (json)
        {
            JsonResult.PrintList(backups, Write);
            return;
        }
        TextTable table = new("backup", "ended", "last message", "end position", "size", "of its own", "remarks");
        foreach (var backup in backups)
        {
            table.Add(
                backup.Number.ToString(CultureInfo.InvariantCulture), Text(backup.Ended), Text(backup.EndTime), backup.End.ToString(), Sizes.Text(backup.Bytes),
                Sizes.Text(backup.OwnBytes), backup.Problem ?? (backup.DamagedPositions > 0 ? $"{backup.DamagedPositions} positions could not be read" : ""));
        }
        table.Print();
    }

    /// <summary>Prints what is wrong with some.</summary>
    public static void Print(bool json, IReadOnlyList<BackupFault> faults)
    {
        if (json)
        {
            JsonResult.PrintList(faults, Write);
            return;
        }
        foreach (var fault in faults)
            Console.Out.WriteLine($"{fault.Path}: {fault.Problem} (backup {string.Join(", ", fault.Backups)})");
        if (faults.Count == 0)
            Console.Out.WriteLine("every file is as it was written");
    }

    /// <summary>Prints what was restored.</summary>
    public static void Print(bool json, RestoreReport report) => EntryText.Print(json, writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("backup", report.Backup);
        writer.WriteString("endPosition", report.End.ToString());
        writer.WriteString("endTime", Text(report.EndTime));
        writer.WriteNumber("epoch", report.Epoch.Value);
        writer.WriteNumber("bytes", report.Bytes);
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, BackupDescription backup)
    {
        writer.WriteStartObject();
        writer.WriteNumber("backup", backup.Number);
        if (backup.Problem is { } problem)
        {
            writer.WriteString("problem", problem);
        }
        else
        {
            writer.WriteString("begun", Text(backup.Begun));
            writer.WriteString("ended", Text(backup.Ended));
            writer.WriteString("endPosition", backup.End.ToString());
            writer.WriteString("endTime", Text(backup.EndTime));
            writer.WriteNumber("partition", backup.Partition.Value);
            writer.WriteNumber("epoch", backup.Epoch.Value);
            writer.WriteNumber("files", backup.Files);
            writer.WriteNumber("bytes", backup.Bytes);
            writer.WriteNumber("ownBytes", backup.OwnBytes);
            writer.WriteNumber("damagedPositions", backup.DamagedPositions);
        }
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, BackupFault fault)
    {
        writer.WriteStartObject();
        writer.WriteString("file", fault.Path);
        writer.WriteString("problem", fault.Problem);
        writer.WriteStartArray("backups");
        foreach (uint number in fault.Backups)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string Text(Timestamp time) => time.UnixMilliseconds == 0 ? "" : Text(time.ToDateTimeOffset());

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
