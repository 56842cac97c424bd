using Forewave.Broker.Sessions;
using Forewave.Storage.Backups;

namespace Forewave.Broker.Observability;

/// <summary>What is read of the store's backups when metrics are collected. Nothing before the store runs, or where others back it up.</summary>
internal static class BackupGauges
{
    /// <summary>Adds them to the engine's meter.</summary>
    public static void Add(SessionParts parts)
    {
        parts.Metrics.Gauge(
            new MetricText { Name = "forewave.backup.running", Unit = "1", Description = "1 while the broker backs its store up." },
            () => Of(parts).State == BackupState.Running ? 1 : 0);
        parts.Metrics.Gauge(
            new MetricText { Name = "forewave.backup.failed", Unit = "1", Description = "1 when the last backup since the start did not come to its end." },
            () => Of(parts).State is BackupState.Failed or BackupState.Cancelled ? 1 : 0);
        parts.Metrics.Gauge(
            new MetricText { Name = "forewave.backup.copied", Unit = "By", Description = "Bytes copied by the backup that runs, or by the last one." },
            () => Of(parts).CopiedBytes);
        parts.Metrics.Gauge(
            new MetricText { Name = "forewave.backup.age", Unit = "s", Description = "Time since the last backup that the broker took was whole; 0 where it has taken none since its start." },
            () => Of(parts) is { State: BackupState.Done } done ? AgeOf(parts, done) : 0);
    }

    private static BackupProgress Of(SessionParts parts) => parts.Store.Backups?.Current ?? BackupProgress.None;

    private static long AgeOf(SessionParts parts, BackupProgress done) =>
        Math.Max((parts.Time.GetUtcNow().ToUnixTimeMilliseconds() - done.Ended.UnixMilliseconds) / 1000, 0);
}
