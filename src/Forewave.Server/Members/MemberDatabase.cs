using Forewave.Coordination;
using Forewave.Coordination.Members;
using Forewave.Protocol;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Server.Members;

/// <summary>A broker's own database, in the words of its group's member. Disposing ends the database's thread.</summary>
internal sealed class MemberDatabase(GroupDatabase database) : IMemberDatabase, IDisposable
{
    public void Dispose() => database.Dispose();

    public async ValueTask<Epoch> EpochAsync(CancellationToken cancellation) => await database.EpochAsync(cancellation);

    // Where the master's database is stands in this broker's own settings: there is one other.
    public async ValueTask<ReceiverRun> FollowAsync(BrokerAnnouncement master, CancellationToken cancellation)
    {
        var run = await database.FollowAsync(cancellation);
        return new ReceiverRun(run.Name, run.Broken);
    }

    public async ValueTask FenceAsync(ReceiverRun run, CancellationToken cancellation) => await database.FenceAsync(run.Name, cancellation);

    public async ValueTask ApplyAsync(ReceiverRun run, CancellationToken cancellation) => await database.ApplyAsync(run.Name, cancellation);

    public async ValueTask FinishAsync(CancellationToken cancellation) => await database.FinishAsync(cancellation);

    public async ValueTask StopAsync(CancellationToken cancellation) => await database.StopAsync(cancellation);
}
