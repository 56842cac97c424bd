using Forewave.Coordination;
using Forewave.Coordination.Members;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Coordination.Members;

/// <summary>
/// One process of a broker, with the member that is tested. What it asks for takes time; when it is killed what was not done yet may be
/// done or not, and nobody hears of it.
/// </summary>
internal sealed class FakeMember : IMemberDatabase, IMemberService
{
    private readonly MemberWorld _world;
    private readonly CancellationTokenSource _killed = new();
    private readonly List<PendingStep> _steps = [];
    private readonly GroupMember _member;
    private TaskCompletionSource<ICoordinationSession>? _opening;

    public FakeMember(MemberWorld world, int node, TimeProvider time)
    {
        _world = world;
        Node = node;
        var options = new MemberOptions
        {
            Partition = default, Broker = Name, Address = $"{Name}:7600", MayBegin = true, Told = text => world.Trace($"{Name}: {text}"),
        };
        _member = new GroupMember(options, OpenAsync, this, this, time);
        Done = _member.RunAsync(_killed.Token);
    }

    public int Node { get; }

    public string Name => MemberWorld.Name(Node);

    public bool IsFrozen { get; set; }

    public Task Done { get; }

    public MemberState State => _member.State;

    /// <summary>The run of its database.</summary>
    public string Run => Database.Run;

    public FakeServing? Serving { get; private set; }

    /// <summary>Steps that it waits for.</summary>
    public IReadOnlyList<PendingStep> Steps => _steps;

    private FakeDatabase Database => _world.Databases[Node];

    private FakeDatabase Other => _world.Databases[1 - Node];

    /// <summary>kill -9: its sessions stay until they expire, what it serves stands still.</summary>
    public void Kill()
    {
        (Serving, _opening) = (null, null);
        _steps.Clear();
        _killed.Cancel();
    }

    /// <summary>It has stopped serving.</summary>
    public void Ended(FakeServing serving)
    {
        if (Serving == serving)
            Serving = null;
    }

    /// <summary>A step is answered.</summary>
    public void Answer(PendingStep step)
    {
        _steps.Remove(step);
        step.Answer();
    }

    /// <summary>A session that it waits for is open, or no server answered.</summary>
    public void Open(bool isReachable)
    {
        if (_opening is not { } opening)
            return;
        _opening = null;
        if (isReachable)
            opening.TrySetResult(_world.Group.Open(this));
        else
            opening.TrySetException(new IOException("no server answers"));
    }

    /// <summary>A step took too long.</summary>
    public void TimeOut(PendingStep step)
    {
        _steps.Remove(step);
        step.TimeOut();
    }

    public ValueTask<Epoch> EpochAsync(CancellationToken cancellation) => TakeAsync("epoch", () => new Epoch(Database.Epoch), cancellation);

    public ValueTask<ReceiverRun> FollowAsync(BrokerAnnouncement master, CancellationToken cancellation) => TakeAsync(
        "follow",
        () =>
        {
            if (!_world.NodesTalk || !Other.Works)
                throw new IOException($"{master.Broker} does not answer");
            var run = Database.Follow(Other, _world.NextRun());
            if (Database.SameAs(Other) < Database.Rows.Count)
                _world.Broken("it begins to follow with rows that its master does not have");
            return run;
        },
        cancellation);

    public async ValueTask FenceAsync(ReceiverRun run, CancellationToken cancellation) => await TakeAsync(
        "fence",
        () =>
        {
            Require(run);
            if (_world.Fault == MemberFault.AppliesBeforeItFences)
                Database.ApplyAll();
            else
                Database.StopReceiving();
            return true;
        },
        cancellation);

    public async ValueTask ApplyAsync(ReceiverRun run, CancellationToken cancellation) => await TakeAsync(
        "apply",
        () =>
        {
            Require(run);
            if (_world.Fault == MemberFault.AppliesBeforeItFences)
                Database.Wipe();
            else
                Database.ApplyAll();
            Database.Detach();
            return true;
        },
        cancellation);

    public async ValueTask FinishAsync(CancellationToken cancellation) => await TakeAsync(
        "finish",
        () =>
        {
            Database.ApplyAll();
            Database.Wipe();
            Database.Detach();
            return true;
        },
        cancellation);

    public async ValueTask StopAsync(CancellationToken cancellation) => await TakeAsync(
        "stop",
        () =>
        {
            Database.Wipe();
            Database.Detach();
            return true;
        },
        cancellation);

    public async ValueTask<IServing> ServeAsync(Epoch epoch, CancellationToken cancellation)
    {
        try
        {
            return await TakeAsync("serve", () => Open(epoch, cancellation), cancellation);
        }
        catch
        {
            Serving = null;
            throw;
        }
    }

    private FakeServing Open(Epoch epoch, CancellationToken cancellation)
    {
        uint raised = _world.Fault == MemberFault.EpochNotRaised ? Math.Max(1, Database.Epoch) : epoch.Value;
        if (cancellation.IsCancellationRequested)
            throw new IOException("given up");
        if (raised <= Database.Epoch && _world.Fault != MemberFault.EpochNotRaised)
            throw new IOException($"epoch {epoch} is to be served, and the database knows {Database.Epoch}");
        Database.Open(raised);
        Serving = new FakeServing(_world, this, raised);
        _world.Serves(Serving);
        return Serving;
    }

    // Within a run everything is said to the connection that watches it.
    private void Require(ReceiverRun run)
    {
        if (Database.Run != run.Name && _world.Fault != MemberFault.RunOutlivesRestart)
            throw new IOException($"{run.Name} is over");
    }

    private async ValueTask<T> TakeAsync<T>(string what, Func<T> act, CancellationToken cancellation)
    {
        _killed.Token.ThrowIfCancellationRequested();
        var step = new PendingStep<T>(what, act);
        _steps.Add(step);
        return await step.Answered.WaitAsync(cancellation);
    }

    private async ValueTask<ICoordinationSession> OpenAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _opening = new TaskCompletionSource<ICoordinationSession>();
        return await _opening.Task.WaitAsync(cancellation);
    }
}
