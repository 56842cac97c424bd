using System.Runtime.CompilerServices;
using Forewave.Coordination;
using Forewave.Coordination.Members;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Coordination.Members;

/// <summary>
/// One session. Everything completes on the test's thread, when the test lets it. The service gives it up at one moment, and its
/// process hears of that at a later one.
/// </summary>
internal sealed class FakeSession(FakeGroup group, FakeMember member) : ICoordinationSession
{
    private readonly CancellationTokenSource _ended = new();
    private TaskCompletionSource _told = new();
    private TaskCompletionSource _connected = Completed();
    private bool _isReturning = true;

    public FakeMember Member { get; } = member;

    /// <summary>The service has given it up.</summary>
    public bool IsExpired { get; private set; }

    public bool IsConnected => _connected.Task.IsCompleted;

    /// <summary>Its process was killed: it lives until it expires.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>The set that has no reply yet.</summary>
    public PendingSet? Set { get; private set; }

    public SessionState State => _ended.IsCancellationRequested ? SessionState.Expired : IsConnected ? SessionState.Connected : SessionState.Disconnected;

    public TimeSpan Timeout => TimeSpan.FromSeconds(4);

    public CancellationToken Ended => _ended.Token;

    public void Disconnect()
    {
        if (IsConnected)
            _connected = new TaskCompletionSource();
    }

    /// <summary>There is a connection again; the process hears of it, or that the session is over.</summary>
    public void Connect()
    {
        if (IsExpired)
        {
            End();
            return;
        }
        _connected.TrySetResult();
        Tell();
    }

    public void Abandon()
    {
        IsAbandoned = true;
        Disconnect();
        if (IsExpired)
            group.Forget(this);
    }

    /// <summary>The service gives it up; a set that is on its way may be done still.</summary>
    public void Expire()
    {
        if (IsExpired)
            return;
        IsExpired = true;
        if (group.Fault == MemberFault.ExpiredMasterAnswers)
            Member.Serving?.GoAlone();
        Disconnect();
        if (Set is { IsDone: null } under)
            group.Orphans.Add(under);
        group.Expire(this);
        if (IsAbandoned)
            group.Forget(this);
    }

    public void Tell()
    {
        if (IsConnected && !Member.IsFrozen)
            _told.TrySetResult();
    }

    /// <summary>The set arrives.</summary>
    public void Decide() => Set!.IsDone = group.Decide(Set);

    /// <summary>Its reply arrives; over the same session a lost one is looked up, so this is also what becomes of that.</summary>
    public void Reply()
    {
        var set = Set!;
        Set = null;
        set.Reply.TrySetResult(set.IsDone == true ? Done(set) : new SetResult(SetOutcome.Conflict, group.Record));
    }

    public IAsyncEnumerable<SessionState> StatesAsync(CancellationToken cancellation) => throw new NotSupportedException("no member asks");

    public async ValueTask<bool> AnnounceAsync(PartitionNumber partition, BrokerRole role, BrokerAnnouncement announcement, CancellationToken cancellation)
    {
        await ConnectedAsync(cancellation);
        if (group.Announced.TryGetValue(role, out var there) && there.By != this)
            return false;
        group.Announced[role] = (this, announcement);
        group.Tell();
        return true;
    }

    public async ValueTask WithdrawAsync(PartitionNumber partition, BrokerRole role, CancellationToken cancellation)
    {
        await ConnectedAsync(cancellation);
        if (!group.Announced.TryGetValue(role, out var there) || there.By != this)
            return;
        group.Announced.Remove(role);
        group.Tell();
    }

    public async ValueTask<GroupView> ReadAsync(PartitionNumber partition, CancellationToken cancellation)
    {
        await ConnectedAsync(cancellation);
        return Seen(group.View);
    }

    public async ValueTask<SetResult> SetAsync(PartitionNumber partition, GroupRecord wanted, int? version, CancellationToken cancellation)
    {
        await ConnectedAsync(cancellation);
        // What was given up and is under way comes first, over one session.
        if (Set is { IsDone: null })
            Decide();
        Set = new PendingSet(wanted, version);
        if (group.Fault == MemberFault.AnswersAloneFirst && wanted.SlaveRun().Length == 0)
            Member.Serving?.GoAlone();
        return await Set.Reply.Task.WaitAsync(cancellation);
    }

    public async IAsyncEnumerable<GroupView> WatchAsync(PartitionNumber partition, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            _told = new TaskCompletionSource();
            var told = _told.Task;
            yield return await ReadAsync(partition, cancellation);
            await told.WaitAsync(cancellation);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (IsAbandoned)
            return ValueTask.CompletedTask;
        Expire();
        End();
        return ValueTask.CompletedTask;
    }

    // The process hears that it is over.
    private void End()
    {
        group.Forget(this);
        if (_ended.IsCancellationRequested)
            return;
        // Either may be heard of first.
        if (group.IsReplyFirst())
            ReplyUnknown();
        _ended.Cancel();
        ReplyUnknown();
        _connected.TrySetResult();
        _told.TrySetResult();
    }

    private void ReplyUnknown()
    {
        if (Set is { } set)
            set.Reply.TrySetResult(group.Fault == MemberFault.UnknownTakenForDone ? Done(set) : new SetResult(SetOutcome.Unknown, null));
    }

    private static SetResult Done(PendingSet set) => new(SetOutcome.Done, new VersionedGroup(set.Wanted, (set.Version ?? -1) + 1));

    private GroupView Seen(GroupView view)
    {
        if (view.Group is not { } there || there.Record.Master == Member.Name)
            return view;
        var record = there.Record;
        if (group.Fault == MemberFault.TakesOverOutOfSync && Member.State == MemberState.Slave)
            record = record.With(new BrokerAnnouncement { Broker = Member.Name, Address = "", Run = Member.Run });
        if (group.Fault == MemberFault.ReturnsAsMaster && Member.State == MemberState.Waiting && _isReturning)
            record = record with { Master = Member.Name };
        _isReturning = false;
        return view with { Group = there with { Record = record } };
    }

    private async ValueTask ConnectedAsync(CancellationToken cancellation)
    {
        await _connected.Task.WaitAsync(cancellation);
        if (_ended.IsCancellationRequested)
            throw new ForewaveException(ErrorCode.CoordinationExpired);
    }

    private static TaskCompletionSource Completed()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
