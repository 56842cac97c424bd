using System.Globalization;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// What a slave's broker does with its own database: follow the master's, and take over from it. A takeover is <see cref="Fence"/>,
/// <see cref="ApplyAll"/>, <see cref="Detach"/>, the versioned set, <see cref="TakeWrites"/>, in this order: what is applied before the fence
/// is not all that the old master may still have been answered for.
/// <para>
/// Blocks, for the thread of the connection, whose account needs REPLICATION SLAVE ADMIN, REPLICATION MASTER ADMIN, REPLICA MONITOR,
/// READ_ONLY ADMIN, PROCESS and RELOAD (docs/replication.md). A throw leaves the step undone or done; each may be repeated.
/// </para>
/// </summary>
internal sealed class SlaveDatabase(Connection connection)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>Follows a master from what this database has on, read-only. What was received and not applied is received again.</summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void Follow(MasterPlace master)
    {
        connection.Execute("STOP SLAVE");
        connection.Execute("SET GLOBAL read_only = ON");
        connection.Execute("SET GLOBAL rpl_semi_sync_master_enabled = OFF");
        connection.Execute("SET GLOBAL rpl_semi_sync_slave_enabled = ON");
        // A former master has in its binary log what it never applied as a slave.
        connection.Execute("SET GLOBAL gtid_slave_pos = @@GLOBAL.gtid_current_pos");
        connection.Execute(master.ChangeMaster());
        connection.Execute("START SLAVE");
    }

    /// <summary>What replication does at present.</summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public ReplicationStatus Status()
    {
        // In this order: what is received is never behind what is applied.
        Dictionary<string, string> applied = connection.ReadNamed("SELECT @@GLOBAL.gtid_slave_pos AS applied");
        return ReplicationStatus.Read(connection.ReadNamed("SHOW SLAVE STATUS"), GtidList.Parse(applied.GetValueOrDefault("applied", "")));
    }

    /// <summary>Up to where everything is in this database's relay log: what the master's answers wait for. One round trip.</summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public GtidList Received() =>
        GtidList.Parse(connection.ReadNamed("SHOW SLAVE STATUS", "Gtid_IO_Pos").GetValueOrDefault("Gtid_IO_Pos", ""));

    /// <summary>
    /// Stops the receiver: the old master gets no acknowledgement any more, so what it commits from here on is answered to nobody. Returns what was received.
    /// The applier runs by then: a start of either thread while both stand still wipes what is received and not applied (decision 0052).
    /// </summary>
    /// <exception cref="StoreException">ReplicationBroken: the receiver does not stop, or the applier does not run.</exception>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public GtidList Fence()
    {
        ReplicationStatus before = Status();
        if (before is { Applier.IsStopped: true, Receiver.IsStopped: false, Applier.Error: 0 })
        {
            connection.Execute("START SLAVE SQL_THREAD");
        }
        else if (before.Applier.IsStopped)
        {
            throw Broken($"The applier stands still at {before.Applied}, {before.Received} is received: {before.Applier}.");
        }

        connection.Execute("STOP SLAVE IO_THREAD");
        ReplicationStatus status = Status();
        return status.Receiver.IsStopped
            ? status.Received
            : throw Broken($"The receiver does not stop: {status.Receiver}.");
    }

    /// <summary>Waits until all is applied that was received before the fence: as long as the lag. Starts nothing, for that would wipe it.</summary>
    /// <exception cref="StoreException">ReplicationBroken: the applier stopped.</exception>
    /// <exception cref="OperationCanceledException">Nothing is lost by it: the applier goes on.</exception>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void ApplyAll(GtidList received, CancellationToken cancellation)
    {
        if (received.IsEmpty)
        {
            return;
        }

        string wait = string.Create(CultureInfo.InvariantCulture, $"SELECT MASTER_GTID_WAIT('{received}', {LongestWait.TotalSeconds}) AS outcome");
        while (connection.ReadNamed(wait).GetValueOrDefault("outcome") != "0")
        {
            cancellation.ThrowIfCancellationRequested();
            ReplicationStatus status = Status();
            if (status.Applier.IsStopped)
            {
                throw Broken($"The applier stopped at {status.Applied}, before {received}: {status.Applier}.");
            }
        }
    }

    /// <summary>Forgets the master: no restart of this database can make it receive from there again. Only after all is applied.</summary>
    /// <exception cref="StoreException">ReplicationBroken: something that was received is not applied.</exception>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void Detach()
    {
        ReplicationStatus status = Status();
        if (!status.Applied.Covers(status.Received))
        {
            throw Broken($"{status.Received} is received, and {status.Applied} is applied.");
        }

        connection.Execute("STOP SLAVE");
        connection.Execute("RESET SLAVE ALL");
    }

    /// <summary>Takes writes from now on, alone: nobody waits for a slave until one is registered.</summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void TakeWrites()
    {
        connection.Execute("SET GLOBAL rpl_semi_sync_slave_enabled = OFF");
        connection.Execute("SET GLOBAL rpl_semi_sync_master_enabled = OFF");
        connection.Execute("SET GLOBAL read_only = OFF");
    }

    private static StoreException Broken(string what) => new(ErrorCode.ReplicationBroken, $"This database cannot take over: {what}");
}
