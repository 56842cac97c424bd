using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Transactions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>What a lane remembers of the messages in it.</summary>
public sealed class PreparedLaneTests
{
    private readonly PreparedLane _lane = new(LaneNumber.OfPrepared(new Timestamp(1_767_323_045_000)));

    [Fact]
    public void Lane_is_needed_from_the_first_run_that_is_not_decided()
    {
        var (first, second, third) = (Add(2), Add(3), Add(1));

        long all = _lane.First;
        _lane.Remove(second);
        long withFirst = _lane.First;
        _lane.Remove(first);
        long withThird = _lane.First;
        _lane.Remove(third);

        Assert.Equal((1L, 1L, 6L, 7L), (all, withFirst, withThird, _lane.First));
    }

    [Fact]
    public void Run_that_is_decided_is_forgotten_also_behind_one_that_is_not()
    {
        Add(1);
        var stuck = Add(1);
        WeakReference decided = Forgotten();

        GC.Collect();

        Assert.False(decided.IsAlive);
        Assert.NotNull(stuck.InLane);
        Assert.Equal(1, _lane.First);
    }

    // A method of its own: nothing of it is on the stack when the rest is collected.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private WeakReference Forgotten()
    {
        var run = Add(1);
        _lane.Remove(run);
        _lane.Remove(run);
        return new WeakReference(run);
    }

    private PreparedRun Add(int count)
    {
        var run = new PreparedRun { Queue = 1, First = 1, Count = count, Position = LogPosition.FromBits(16), Lane = _lane, Place = _lane.End };
        _lane.Add(run);
        _lane.End += count;
        return run;
    }
}
