using Forewave.Broker;
using Forewave.Coordination.Members;
using Forewave.Protocol;
using Forewave.Server.Listeners;
using Forewave.Server.Metrics;
using Forewave.Storage.MySql;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Server.Members;

/// <summary>Opens the store under an epoch and the engine on it, and lets connections in.</summary>
/// <param name="database">The own database.</param>
/// <param name="store">The store's options.</param>
/// <param name="engineOf">Puts an engine on a store.</param>
/// <param name="door">Where connections come.</param>
/// <param name="meters">Those of the broker.</param>
/// <param name="time">The clock.</param>
internal sealed class MemberService(
    GroupDatabase database, MySqlStoreOptions store, Func<MySqlStore, BrokerMeters, BrokerEngine> engineOf, PartitionDoor door, BrokerMeters meters, TimeProvider time)
    : IMemberService
{
    /// <summary>How long the own database, like a slave, may be silent.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>Until when messages are handed out.</summary>
    public required HandOutTerms HandOut { get; init; }

    /// <inheritdoc/>
    public async ValueTask<IServing> ServeAsync(Epoch epoch, CancellationToken cancellation)
    {
        var master = await Task.Run(() => GroupMaster.Begin(database, time), cancellation);
        BrokerMeters own = new(meters);
        var engine = engineOf(new MySqlStore(master.Prove(store, epoch), time), own);
        ProofMetrics.Add(own, master);
        MemberServing serving = new(engine, master, door, own, (Patience, HandOut));
        try
        {
            await engine.StartAsync(cancellation);
            cancellation.ThrowIfCancellationRequested();
            door.Open(engine);
            return serving;
        }
        catch
        {
            await serving.DisposeAsync();
            throw;
        }
    }
}
