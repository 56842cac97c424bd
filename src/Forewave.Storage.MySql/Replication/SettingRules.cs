namespace Forewave.Storage.MySql.Replication;

/// <summary>The settings that a broker group's promises rest on; docs/replication.md has the same table.</summary>
internal static class SettingRules
{
    private const string Follow = "nobody could follow this server.";
    private const string Differ = "the two databases would come to hold different rows.";
    private const string Filtered = "what is filtered is on one of the two alone.";
    private const string Answered = "a message could be answered that the slave does not have; the broker waits for the slave's own word, so it would wait long instead.";

    /// <summary>All of them, in the order of the report.</summary>
    public static IReadOnlyList<SettingRule> All { get; } =
    [
        new() { Name = "log_bin", Right = "ON", Risk = Follow, MayBeSet = false },
        new() { Name = "log_slave_updates", Right = "ON", Risk = "after a change of master " + Follow, MayBeSet = false },
        new() { Name = "gtid_strict_mode", Right = "ON", Risk = "a former master could follow with rows that its master does not have." },
        new() { Name = "binlog_format", Right = "ROW", Risk = Differ },
        new() { Name = "binlog_row_image", Right = "FULL", Risk = "the tail of a former master could not be read from its binary log." },
        new() { Name = "sync_binlog", Right = "1", Risk = "after a power failure the master could lack what its slave has." },
        new() { Name = "rpl_semi_sync_master_wait_point", Right = "AFTER_SYNC", Risk = "readers would see on the master what no slave has." },
        new() { Name = "rpl_semi_sync_master_timeout", Right = $"{ulong.MaxValue}", Risk = "the server would go on without its slave by itself: " + Answered },
        new() { Name = "rpl_semi_sync_master_wait_no_slave", Right = "ON", Risk = "the server would not wait while its slave is away: " + Answered },
        new() { Name = "rpl_semi_sync_slave_kill_conn_timeout", Right = "1", Risk = "stopping the receiver would wait for a master that is frozen, and a takeover with it." },
        new() { Name = "slave_exec_mode", Right = "STRICT", Risk = Differ },
        new() { Name = "slave_skip_errors", Right = "OFF", Risk = Differ, MayBeSet = false },
        .. new[] { "replicate_do_db", "replicate_do_table", "replicate_ignore_db", "replicate_ignore_table", "replicate_wild_do_table", "replicate_wild_ignore_table" }
            .Select(name => new SettingRule { Name = name, Right = "", Risk = Filtered, MayBeSet = false }),
        new() { Name = "read_only", Right = "ON", Risk = "somebody could write to the slave, and it could not follow any more.", Role = DatabaseRole.Slave },
        new() { Name = "rpl_semi_sync_slave_enabled", Right = "ON", Risk = "the master's commits would wait for ever.", Role = DatabaseRole.Slave },
        new() { Name = "read_only", Right = "OFF", Risk = "no message could be stored.", Role = DatabaseRole.Master },
    ];
}
