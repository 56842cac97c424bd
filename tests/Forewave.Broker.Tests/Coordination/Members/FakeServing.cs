using Forewave.Coordination.Members;

namespace Forewave.Broker.Tests.Coordination.Members;

/// <summary>A partition that is served by one process under one epoch. What proves is the other database's received position, never its run.</summary>
internal sealed class FakeServing(MemberWorld world, FakeMember member, uint epoch) : IServing
{
    private readonly CancellationTokenSource _ended = new();
    private string _needed = "";
    private int _neededFrom;
    private bool _hasAll;

    public uint Epoch { get; } = epoch;

    public FakeMember Member { get; } = member;

    public CancellationToken Ended => _ended.Token;

    /// <summary>Rows that are not answered yet, by their place.</summary>
    public List<int> Unanswered { get; } = [];

    private FakeDatabase Own => world.Databases[Member.Node];

    private FakeDatabase Other => world.Databases[1 - Member.Node];

    private bool CanAsk => world.NodesTalk && Other.Works && Other.IsSlave;

    public void Need(string run)
    {
        if (world.Fault == MemberFault.InSyncBeforeItIsNeeded && world.SlaveRun != run)
        {
            _hasAll = true;
            return;
        }
        (_needed, _neededFrom, _hasAll) = (run, Own.Rows.Count, false);
    }

    public void GoAlone() => _needed = "";

    public SlaveProgress Progress(string run)
    {
        bool isUp = CanAsk && Other.IsReceiving && Own.Works;
        int same = isUp ? Other.SameAs(Own) : 0;
        _hasAll |= isUp && (same >= _neededFrom || world.Fault == MemberFault.InSyncBeforeItHasAll);
        if (world.Fault == MemberFault.InSyncBeforeItIsNeeded && world.SlaveRun == run && _needed != run)
            Need(run);
        return new SlaveProgress(isUp && same + 2 >= Own.Rows.Count, same < Own.Rows.Count ? world.SilentFor : TimeSpan.Zero, _hasAll && isUp);
    }

    public void Commit(int message)
    {
        Unanswered.Add(Own.Rows.Count);
        Own.Append(new Row(Epoch, message));
    }

    /// <summary>Answers all that may be answered.</summary>
    public void Answer()
    {
        int same = CanAsk ? Other.SameAs(Own) : 0;
        foreach (int place in Unanswered.Where(place => _needed.Length == 0 || place < same).ToList())
        {
            Unanswered.Remove(place);
            world.Answered(Own.Rows[place], this);
        }
    }

    /// <summary>The store fails under it.</summary>
    public void Fail()
    {
        Member.Ended(this);
        _ended.Cancel();
    }

    public ValueTask DisposeAsync()
    {
        Member.Ended(this);
        return ValueTask.CompletedTask;
    }
}
