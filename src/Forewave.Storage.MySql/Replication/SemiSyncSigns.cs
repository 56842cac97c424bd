namespace Forewave.Storage.MySql.Replication;

/// <summary>What a master's database says of its semi-synchronous commits.</summary>
internal readonly record struct SemiSyncSigns
{
    /// <summary>Rpl_semi_sync_master_status: commits wait.</summary>
    public required bool IsOn { get; init; }

    /// <summary>Rpl_semi_sync_master_clients: how many replicas acknowledge; must be 1.</summary>
    public required long Clients { get; init; }

    /// <summary>Rpl_semi_sync_master_no_tx: commits that went on without one; begins anew with the server.</summary>
    public required long Unacknowledged { get; init; }
}
