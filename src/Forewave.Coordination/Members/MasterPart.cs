using Forewave.Protocol;

namespace Forewave.Coordination.Members;

/// <summary>
/// Serves for as long as the record names this broker under its epoch. Whose receipt an answer waits for is what the record says: the
/// slave is needed before the set that adds it is sent, and until the set that removes it is known to be done. Outlives sessions: the
/// loss of the coordination service alone stops nobody.
/// </summary>
internal sealed class MasterPart : IMemberPart
{
    private readonly MemberSurroundings _around;
    private readonly IServing _serving;
    private readonly Epoch _epoch;
    private string _needed = "";
    private long _trialSince;
    private bool _mustSettle;

    private MasterPart(MemberSurroundings around, IServing serving, Epoch epoch)
    {
        _around = around;
        _serving = serving;
        _epoch = epoch;
    }

    public MemberState State => MemberState.Master;

    /// <summary>Opens the partition under a record that has just been set, with nobody else in sync.</summary>
    public static async ValueTask<IMemberPart> ServeAsync(MemberSurroundings around, GroupRecord record, CancellationToken cancellation)
    {
        var serving = await around.Service.ServeAsync(record.Epoch, cancellation);
        around.Tell($"Master of partition {around.Options.Partition} under epoch {record.Epoch}.");
        return new MasterPart(around, serving, record.Epoch);
    }

    public async ValueTask<IMemberPart> TurnAsync(Seat seat, CancellationToken cancellation)
    {
        if (_serving.Ended.IsCancellationRequested)
            return await StepDownAsync(seat, "It stopped by itself.", cancellation);
        if (seat.Group is not { } group)
            return this;
        if (group.Record.Master != _around.Broker || group.Record.Epoch != _epoch)
            return await StepDownAsync(seat, $"Broker {group.Record.Master} has it under epoch {group.Record.Epoch}.", cancellation);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _serving.Ended);
        try
        {
            if (await SettleAsync(seat, group, either.Token) && await seat.AnnounceAsync(BrokerRole.Master, _around.Announced(run: ""), either.Token))
                await LookAfterSlaveAsync(seat, seat.Group!, either.Token);
        }
        catch (OperationCanceledException) when (_serving.Ended.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // The next turn says so; a set may be under way, and the next one of this broker settles it.
            _mustSettle = true;
        }
        return this;
    }

    public ValueTask EndAsync() => _serving.DisposeAsync();

    /// <summary>Where a session ended with a set under way, one that says the same as the record decides whether that was done.</summary>
    private async ValueTask<bool> SettleAsync(Seat seat, VersionedGroup group, CancellationToken cancellation)
    {
        if (_mustSettle)
            _mustSettle = await seat.SetAsync(group.Record, group.Version, cancellation) != SetOutcome.Done;
        return !_mustSettle;
    }

    private async ValueTask LookAfterSlaveAsync(Seat seat, VersionedGroup group, CancellationToken cancellation)
    {
        string inSync = group.Record.SlaveRun();
        var slave = seat.View.Slave is { Run.Length: > 0 } announced && announced.Broker != _around.Broker ? announced : null;
        if (inSync.Length == 0)
        {
            await TryAsync(seat, group, slave, cancellation);
            return;
        }
        Need(inSync);
        bool isOver = slave is not null && slave.Run != inSync;
        if (!isOver && _serving.Progress(inSync).Silence < _around.Options.SlavePatience)
            return;
        if (await SetAsync(seat, group.Record.Alone(), group.Version, cancellation))
        {
            Need("");
            _around.Tell("The slave is not heard of, or began a new run: answering without it.");
        }
    }

    /// <summary>A slave that is close is needed from now on; when it has all that was answered before, the record may say so.</summary>
    private async ValueTask TryAsync(Seat seat, VersionedGroup group, BrokerAnnouncement? slave, CancellationToken cancellation)
    {
        if (slave is null || !_serving.Progress(slave.Run).IsClose)
        {
            Need("");
            return;
        }
        if (_needed != slave.Run)
        {
            Need(slave.Run);
            _trialSince = _around.Time.GetTimestamp();
        }
        if (_serving.Progress(slave.Run).HasAll)
        {
            if (await SetAsync(seat, group.Record.With(slave), group.Version, cancellation))
                _around.Tell($"Broker {slave.Broker} is in sync.");
        }
        else if (_around.Time.GetElapsedTime(_trialSince) >= _around.Options.SlavePatience)
        {
            // The record never named it: nobody builds on it.
            Need("");
        }
    }

    private async ValueTask<bool> SetAsync(Seat seat, GroupRecord wanted, int version, CancellationToken cancellation)
    {
        _mustSettle = true;
        var outcome = await seat.SetAsync(wanted, version, cancellation);
        _mustSettle = outcome == SetOutcome.Unknown;
        return outcome == SetOutcome.Done;
    }

    private void Need(string run)
    {
        if (run == _needed)
            return;
        _needed = run;
        if (run.Length > 0)
            _serving.Need(run);
        else
            _serving.GoAlone();
    }

    private async ValueTask<IMemberPart> StepDownAsync(Seat seat, string why, CancellationToken cancellation)
    {
        _around.Tell($"No longer master of partition {_around.Options.Partition}: {why}");
        // So that the slave knows at once, however long the end takes: it is the record and the proof that keep this one from answering.
        await seat.WithdrawAsync(cancellation);
        await EndAsync();
        return new WaitingPart(_around);
    }
}
