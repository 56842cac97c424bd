using Forewave.Protocol;

namespace Forewave.Coordination.Members;

/// <summary>
/// Follows the master, and takes over when that is gone and the record names the run that the database is in. A takeover stays within
/// one run from the fence to the set, and names the version that said that it may.
/// </summary>
internal sealed class SlavePart(MemberSurroundings around, BrokerAnnouncement master, ReceiverRun run) : IMemberPart
{
    private BrokerAnnouncement _master = master;
    private ReceiverRun _run = run;
    private bool _isFenced;
    private bool _isApplied;
    private bool _mustLeave;
    private bool _hasToldOver;
    private MemberState _state = MemberState.Slave;

    public MemberState State => _run.Broken.IsCancellationRequested ? MemberState.Waiting : _state;

    public async ValueTask<IMemberPart> TurnAsync(Seat seat, CancellationToken cancellation)
    {
        if (seat.Group is not { } group)
            return this;
        // Its own set may be under way still, or one of the process before it was done.
        if (_mustLeave || group.Record.Master == around.Broker)
            return await LeaveAsync(seat, cancellation);
        if (_run.Broken.IsCancellationRequested && await SayOverAsync(seat, group, cancellation))
            return this;
        if (seat.View.Master is { } present && present.Broker == group.Record.Master && (present != _master || _isFenced || _run.Broken.IsCancellationRequested))
            await FollowAsync(present, cancellation);
        if (_run.Broken.IsCancellationRequested)
            return this;
        await seat.AnnounceAsync(BrokerRole.Slave, around.Announced(_run.Name), cancellation);
        return seat.View.Master is null && group.Record.SlaveRun() == _run.Name
            ? await TakeOverAsync(seat, group, cancellation)
            : this;
    }

    // Its database goes on following: nobody takes over in this run any more, and the next process begins another one.
    public ValueTask EndAsync() => ValueTask.CompletedTask;

    // A run that is over takes nothing over: nobody is to count on it, also while the master writes nothing and so does not see it.
    private async ValueTask<bool> SayOverAsync(Seat seat, VersionedGroup group, CancellationToken cancellation)
    {
        TellOver();
        await seat.AnnounceAsync(BrokerRole.Waiting, around.Announced(run: ""), cancellation);
        if (group.Record.SlaveRun() != _run.Name)
            return false;
        await seat.SetAsync(group.Record.Alone(), group.Version, cancellation);
        return true;
    }

    private void TellOver()
    {
        if (!_hasToldOver)
            around.Tell($"The run {_run.Name} is over: this broker's database, or its receiver, was started again, or does not answer. It takes nothing over until it follows anew.");
        _hasToldOver = true;
    }

    private async ValueTask FollowAsync(BrokerAnnouncement present, CancellationToken cancellation)
    {
        _run = await around.Database.FollowAsync(present, cancellation);
        (_master, _isFenced, _isApplied, _hasToldOver, _state) = (present, false, false, false, MemberState.Slave);
    }

    private async ValueTask<IMemberPart> TakeOverAsync(Seat seat, VersionedGroup group, CancellationToken cancellation)
    {
        if (!_isApplied)
        {
            around.Tell($"Broker {group.Record.Master} is gone: taking partition {around.Options.Partition} over.");
            _state = MemberState.TakingOver;
            _isFenced = true;
            await around.Database.FenceAsync(_run, cancellation);
            await around.Database.ApplyAsync(_run, cancellation);
            _isApplied = true;
        }
        var epoch = GroupRecords.After(group.Record.Epoch, await around.Database.EpochAsync(cancellation));
        if (_run.Broken.IsCancellationRequested)
            return this;
        _mustLeave = true;
        GroupRecord wanted = GroupRecords.Of(around.Broker, epoch);
        var outcome = await seat.SetAsync(wanted, group.Version, cancellation);
        if (outcome == SetOutcome.Done)
            return await MasterPart.ServeAsync(around, wanted, cancellation);
        // The record has changed, and names this run still: read after the fence, it says so of all that was answered.
        _mustLeave = outcome == SetOutcome.Unknown || seat.Group?.Record.SlaveRun() != _run.Name;
        return _mustLeave ? await LeaveAsync(seat, cancellation) : this;
    }

    private async ValueTask<IMemberPart> LeaveAsync(Seat seat, CancellationToken cancellation)
    {
        // Where the record names this broker, what it received is applied before it opens.
        if (seat.Group?.Record.Master != around.Broker)
            await around.Database.StopAsync(cancellation);
        await seat.WithdrawAsync(cancellation);
        return new WaitingPart(around);
    }
}
