using System.Globalization;

namespace Forewave.Storage.MySql.Replication;

/// <summary>What a slave's database says of its replication.</summary>
/// <param name="Receiver">Whether the receiver runs and has its master.</param>
/// <param name="Applier">Whether the applier runs.</param>
/// <param name="Received">Up to where all transactions are in the relay log, whole.</param>
/// <param name="Applied">Up to where they are applied.</param>
/// <param name="Lag">How old what is applied is; null when that is not known.</param>
internal sealed record ReplicationStatus(ThreadState Receiver, ThreadState Applier, GtidList Received, GtidList Applied, TimeSpan? Lag)
{
    /// <summary>A database that follows nobody.</summary>
    public static ReplicationStatus None { get; } =
        new(ThreadState.Stopped, ThreadState.Stopped, GtidList.Empty, GtidList.Empty, null);

    /// <summary>Reads the row of SHOW SLAVE STATUS.</summary>
    /// <param name="row">Its columns by name.</param>
    /// <param name="applied">@@gtid_slave_pos.</param>
    internal static ReplicationStatus Read(Dictionary<string, string> row, GtidList applied) => row.Count == 0 ? None with { Applied = applied } : new(
        new ThreadState(row.GetValueOrDefault("Slave_IO_Running", "No"), Number(row, "Last_IO_Errno"), row.GetValueOrDefault("Last_IO_Error", "")),
        new ThreadState(row.GetValueOrDefault("Slave_SQL_Running", "No"), Number(row, "Last_SQL_Errno"), row.GetValueOrDefault("Last_SQL_Error", "")),
        GtidList.Parse(row.GetValueOrDefault("Gtid_IO_Pos", "")),
        applied,
        row.ContainsKey("Seconds_Behind_Master") ? TimeSpan.FromSeconds(Number(row, "Seconds_Behind_Master")) : null);

    private static int Number(Dictionary<string, string> row, string column) =>
        int.TryParse(row.GetValueOrDefault(column), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
