using Forewave.Protocol;

namespace Forewave.Coordination.Members;

/// <summary>
/// Neither serves nor follows. Whatever it becomes begins with a versioned set of its own, after which no set of a process before it
/// can be done any more: who serves raises the epoch, who follows takes itself out of inSync, even if it is out.
/// </summary>
internal sealed class WaitingPart(MemberSurroundings around) : IMemberPart
{
    private bool _hasLeft;
    private bool _hasTold;

    public MemberState State => MemberState.Waiting;

    public async ValueTask<IMemberPart> TurnAsync(Seat seat, CancellationToken cancellation)
    {
        // For people alone: nobody waits for it, nor decides by it.
        await seat.AnnounceAsync(BrokerRole.Waiting, around.Announced(run: ""), cancellation);
        if (seat.Group is not { } group)
            return await BeginAsync(seat, cancellation);
        if (group.Record.Master == around.Broker)
            return await OpenAsync(seat, group, cancellation);
        if (!_hasLeft)
        {
            _hasLeft = await seat.SetAsync(group.Record.Alone(), group.Version, cancellation) == SetOutcome.Done;
            return this;
        }
        return await JoinAsync(seat, group, cancellation);
    }

    public ValueTask EndAsync() => ValueTask.CompletedTask;

    private async ValueTask<IMemberPart> BeginAsync(Seat seat, CancellationToken cancellation)
    {
        if (!around.Options.MayBegin)
        {
            TellOnce($"Partition {around.Options.Partition} has no record in the coordination service yet: waiting for the broker that may begin it.");
            return this;
        }
        var known = await around.Database.EpochAsync(cancellation);
        if (known != Epoch.None && !around.Options.MayAdopt)
        {
            TellOnce($"Partition {around.Options.Partition} has no record in the coordination service, and the database was served under epoch {known}: the service lost it, or this is another one. 'forewave cluster adopt' makes a record for it.");
            return this;
        }
        GroupRecord first = GroupRecords.Of(around.Broker, known.Next);
        return await seat.SetAsync(first, version: null, cancellation) == SetOutcome.Done
            ? await MasterPart.ServeAsync(around, first, cancellation)
            : this;
    }

    private async ValueTask<IMemberPart> OpenAsync(Seat seat, VersionedGroup group, CancellationToken cancellation)
    {
        if (group.Record.Note.Length > 0)
            around.Tell($"The record of partition {around.Options.Partition} was set by hand: {group.Record.Note}.");
        // Made master by hand it may have received what it has not applied.
        await around.Database.FinishAsync(cancellation);
        var epoch = GroupRecords.After(group.Record.Epoch, await around.Database.EpochAsync(cancellation));
        // Without the slave, that opening waits for nobody; it is added again when it has all.
        GroupRecord wanted = GroupRecords.Of(around.Broker, epoch);
        return await seat.SetAsync(wanted, group.Version, cancellation) == SetOutcome.Done
            ? await MasterPart.ServeAsync(around, wanted, cancellation)
            : this;
    }

    private async ValueTask<IMemberPart> JoinAsync(Seat seat, VersionedGroup group, CancellationToken cancellation)
    {
        if (seat.View.Master is not { } master || master.Broker != group.Record.Master)
        {
            TellOnce($"Broker {group.Record.Master} is master of partition {around.Options.Partition} and not there: waiting for it.");
            return this;
        }
        var run = await around.Database.FollowAsync(master, cancellation);
        around.Tell($"Following broker {master.Broker} at {master.Address}.");
        return new SlavePart(around, master, run);
    }

    private void TellOnce(string text)
    {
        if (!_hasTold)
            around.Tell(text);
        _hasTold = true;
    }
}
