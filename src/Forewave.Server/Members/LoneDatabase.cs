using Forewave.Coordination;
using Forewave.Coordination.Members;
using Forewave.Protocol;

namespace Forewave.Server.Members;

/// <summary>What a broker that serves its partition without a slave has in a database's place: it opens or waits, and follows nobody.</summary>
/// <param name="epoch">Reads the epoch that its data was served under last; called while nothing is served.</param>
internal sealed class LoneDatabase(Func<Epoch> epoch) : IMemberDatabase
{
    public async ValueTask<Epoch> EpochAsync(CancellationToken cancellation) => await Task.Run(epoch, cancellation);

    public ValueTask<ReceiverRun> FollowAsync(BrokerAnnouncement master, CancellationToken cancellation) => throw new ForewaveException(
        ErrorCode.NotOwner, $"the partition is broker {master.Broker}'s at {master.Address}, and this broker follows nobody: give it a partition of its own, or the name that the record has");

    public ValueTask FenceAsync(ReceiverRun run, CancellationToken cancellation) => throw new InvalidOperationException("it follows nobody");

    public ValueTask ApplyAsync(ReceiverRun run, CancellationToken cancellation) => throw new InvalidOperationException("it follows nobody");

    public ValueTask FinishAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask StopAsync(CancellationToken cancellation) => ValueTask.CompletedTask;
}
