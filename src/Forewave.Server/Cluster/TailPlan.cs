using Forewave.Broker.Ingest;
using Forewave.Coordination;
using Forewave.Protocol;
using Forewave.Storage;
using Forewave.Storage.MySql;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Server.Cluster;

/// <summary>
/// What an operator does with the tail of a former master, with the settings of that broker: its own database, the other one's, its group's
/// record. Immutable.
/// </summary>
internal sealed class TailPlan
{
    private readonly FormerMaster _database;
    private readonly string _broker;

    /// <param name="options">The former master's settings.</param>
    /// <exception cref="ArgumentException">One is missing, or cannot be read.</exception>
    public TailPlan(ForewaveBrokerOptions options)
    {
        ForewaveBroker.Check(options);
        if (options.ZooKeeper is null || options.PeerMySql is null)
            throw new ArgumentException("zookeeper, broker, mysql and peerMysql are needed: those of the broker whose database it is");
        _broker = options.Broker!;
        try
        {
            _database = new FormerMaster(MySqlStoreOptions.Parse(options.MySql ?? "", Environment.GetEnvironmentVariable), options.PeerMySql, Environment.GetEnvironmentVariable);
        }
        catch (FormatException wrong)
        {
            throw new ArgumentException(wrong.Message, wrong);
        }
    }

    /// <summary>Where the other broker of the group serves.</summary>
    /// <exception cref="ForewaveException">PromotionRefused: the record names this broker; BrokerNotThere: the master is not there.</exception>
    public BrokerAnnouncement MasterOf(GroupStanding group)
    {
        if (group.Group?.Record.Master == _broker)
            throw new ForewaveException(ErrorCode.PromotionRefused, $"Broker {_broker} is the master of partition {group.Partition} by the record: its database is the one that counts.");
        return group.Master?.Announced ?? throw new ForewaveException(ErrorCode.BrokerNotThere, $"Nobody announces itself as master of partition {group.Partition}: its database is what this one is compared with, and copied from.");
    }

    /// <summary>Reads the tail; changes nothing.</summary>
    /// <exception cref="ForewaveException">DatabaseUnreachable, DatabaseUnusable, LogDamaged.</exception>
    public async Task<(DatabaseTail Tail, ProducerIdentities Producers)> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            var tail = await _database.ReadTailAsync(cancellation);
            ProducerIdentities producers = new();
            foreach (var part in tail.ProducerParts)
                producers.Load(part.Span);
            foreach (var (number, record) in tail.ProducersSeen)
                producers.Load(number, record.Span);
            return (tail, producers);
        }
        catch (StoreException failure)
        {
            throw new ForewaveException(failure.Error, failure.Message, failure);
        }
    }

    /// <summary>Makes the database a copy of the master's; its broker follows by itself then. Returns the GTIDs of the copy.</summary>
    /// <exception cref="ForewaveException">NothingToRepair, CopyFailed, DatabaseUnreachable, DatabaseUnusable.</exception>
    public async Task<string> MakeAnewAsync(Action<string> told, CancellationToken cancellation)
    {
        try
        {
            return await _database.MakeAnewAsync(told, cancellation);
        }
        catch (StoreException failure)
        {
            throw new ForewaveException(failure.Error, failure.Message, failure);
        }
    }
}
