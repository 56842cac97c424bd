using System.Collections.Immutable;
using System.Globalization;
using Forewave.Protocol;

namespace Forewave.Storage.Files.Backups;

/// <summary>
/// Which backup's checkpoint a point is reached from, and by which copies of the log: the last backup that ends before the point, and
/// the log of the first one that reaches it. A checkpoint may hold everything up to its backup's end, so no later one will do.
/// </summary>
internal sealed record RestorePlan
{
    /// <summary>Whose checkpoint and slices.</summary>
    public required BackupManifest Base { get; init; }

    /// <summary>Whose log; the base itself where the point is its end.</summary>
    public required BackupManifest Log { get; init; }

    /// <summary>Up to where.</summary>
    public required RecordLimit Limit { get; init; }

    /// <summary>The files of the log, in its order.</summary>
    public required ImmutableArray<BackupSegment> Segments { get; init; }

    /// <summary>The highest that either knows of.</summary>
    public uint NextGeneration => Math.Max(Base.NextGeneration, Log.NextGeneration);

    /// <summary>Plans.</summary>
    /// <param name="backups">All that can be read, rising; of one data folder.</param>
    /// <param name="point">What is wanted.</param>
    /// <exception cref="StoreException">BackupNotFound, RestorePointInvalid.</exception>
    public static RestorePlan Of(IReadOnlyList<BackupManifest> backups, RestorePoint point)
    {
        if (backups.Count == 0)
        {
            throw new StoreException(ErrorCode.BackupNotFound, "There is no backup in the folder. Check the path.");
        }

        if (point.Position is { } position)
        {
            return At(backups, position);
        }

        if (point.Time is { } time)
        {
            return At(backups, time);
        }

        BackupManifest whole = point.Backup is { } number
            ? backups.FirstOrDefault(backup => backup.Number == number)
                ?? throw new StoreException(ErrorCode.BackupNotFound, $"There is no backup {number} in the folder. List them with forewave backup list.")
            : backups[^1];
        return Of(whole, whole, RecordLimit.At(whole.End));
    }

    private static RestorePlan At(IReadOnlyList<BackupManifest> backups, LogPosition position)
    {
        BackupManifest log = backups.FirstOrDefault(backup => backup.End >= position)
            ?? throw new StoreException(ErrorCode.RestorePointInvalid, $"The newest backup ends at {backups[^1].End}, before {position}.");
        BackupManifest start = backups.LastOrDefault(backup => backup.End <= position) ?? WithoutState(log, $"position {log.End}");
        return Of(start, log, RecordLimit.At(position));
    }

    // Times may be equal: of the records of one millisecond all are taken.
    private static RestorePlan At(IReadOnlyList<BackupManifest> backups, Timestamp time)
    {
        BackupManifest last = backups[^1];
        if (time.CompareTo(last.Begun) > 0 && time.CompareTo(last.EndTime) > 0)
        {
            throw new StoreException(ErrorCode.RestorePointInvalid, $"The newest backup was begun at {Text(last.Begun)}, before {Text(time)}: what came later is in none.");
        }

        BackupManifest log = backups.FirstOrDefault(backup => backup.EndTime.CompareTo(time) > 0) ?? last;
        BackupManifest start = backups.LastOrDefault(backup => backup.Number <= log.Number && backup.EndTime.CompareTo(time) <= 0) ?? WithoutState(log, Text(log.EndTime));
        return Of(start, log, RecordLimit.None with { Time = time });
    }

    // Checkpoint 0 holds nothing: from it every point of the log can be reached.
    private static BackupManifest WithoutState(BackupManifest log, string earliest) => log.Checkpoint == 0
        ? log
        : throw new StoreException(
            ErrorCode.RestorePointInvalid,
            $"The oldest backup that could be gone back to ends at {earliest}: its checkpoint holds what came before that, as a whole.");

    private static RestorePlan Of(BackupManifest start, BackupManifest log, RecordLimit limit)
    {
        HashSet<uint> replaced = [.. log.Segments.Select(segment => segment.Number.Value)];
        IEnumerable<BackupSegment> both = start.Segments.Where(segment => start != log && !replaced.Contains(segment.Number.Value)).Concat(log.Segments);
        return new RestorePlan
        {
            Base = start, Log = log, Limit = limit,
            Segments = [.. both.OrderBy(segment => segment.Number.Value).ThenBy(segment => segment.From)],
        };
    }

    private static string Text(Timestamp time) => time.ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
