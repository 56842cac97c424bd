using Forewave.Broker;
using Forewave.Coordination.Members;
using Forewave.Protocol;
using Forewave.Server.Listeners;
using Forewave.Server.Metrics;
using Forewave.Storage;

namespace Forewave.Server.Members;

/// <summary>Opens a partition without a slave under the epoch that its record gave, and lets connections in.</summary>
/// <param name="openStore">Opens its data under an epoch.</param>
/// <param name="engineOf">Puts an engine on a store.</param>
/// <param name="door">Where connections come.</param>
/// <param name="meters">Those of the broker.</param>
internal sealed class LoneService(
    Func<Epoch, IStore> openStore, Func<IStore, BrokerMeters, BrokerEngine> engineOf, PartitionDoor door, BrokerMeters meters)
    : IMemberService
{
    /// <inheritdoc/>
    public async ValueTask<IServing> ServeAsync(Epoch epoch, CancellationToken cancellation)
    {
        BrokerMeters own = new(meters);
        var engine = engineOf(await Task.Run(() => openStore(epoch), cancellation), own);
        LoneServing serving = new(engine, door, own);
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
