using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.GroupCommit;

public sealed class GroupCommitTests
{
    [Fact]
    public void Appends_share_one_sync_when_they_wait_together()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());
        long syncs = open.Store.Usage.Syncs;
        RecordingOwner owner = new();

        for (int i = 0; i < 100; i++)
        {
            open.Append(Drafts.Published(1, owner, i, $"m{i}"));
        }

        open.Pumps.RunUntilIdle();

        Assert.Equal(1, open.Store.Usage.Syncs - syncs);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), owner.Commits.Select(commit => commit.Token));
        Assert.Single(open.Observer.Groups);
        Assert.Equal(open.Store.Tail, open.Store.Committed);
    }

    [Fact]
    public void Positions_are_dense_when_runs_have_several_messages()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());

        LogPosition one = open.Append(Drafts.Published(1, "a", "b", "c"));
        LogPosition two = open.Append(Drafts.Published(1, "d"), Drafts.Other(RecordType.Settled, 5));
        LogPosition three = open.Append(Drafts.Other(RecordType.Leased, 0));

        Assert.Equal(3ul, two.Since(one));
        Assert.Equal(2ul, three.Since(two));
        Assert.Equal(three, open.Store.Tail);
    }

    [Fact]
    public void Owner_hears_nothing_when_the_group_is_not_synced_yet()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());
        RecordingOwner owner = new();

        LogPosition position = open.Append(Drafts.Published(1, owner, 5, "a"));

        Assert.Empty(owner.Commits);
        Assert.True(open.Store.Committed < position);
    }

    [Fact]
    public void Waiter_is_told_once_when_its_position_is_committed()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());
        RecordingOwner waiter = new();
        LogPosition position = open.Append(Drafts.Published(1, "a"));

        bool waits = open.Store.TryAwaitCommit(position, waiter, 9);
        open.Pumps.RunUntilIdle();
        open.Commit(Drafts.Published(1, "b"));

        Assert.True(waits);
        Assert.Equal([(position, 9L)], waiter.Commits);
        Assert.False(open.Store.TryAwaitCommit(position, waiter, 10));
    }

    [Theory]
    [InlineData(DiskOperationKind.Sync)]
    [InlineData(DiskOperationKind.Write)]
    public void Store_stops_and_answers_lost_when_the_disk_fails(DiskOperationKind failing)
    {
        PowerLossDisk disk = new(seed: 1);
        using OpenStore open = OpenStore.Open(disk);
        RecordingOwner owner = new();
        open.Append(Drafts.Published(1, owner, 1, "a"));
        open.Store.TryAwaitCommit(open.Store.Tail, owner, 2);
        disk.BeforeOperation = operation =>
        {
            if (operation.Kind == failing)
            {
                throw new DiskException(failing, operation.Path, Errno.InputOutput);
            }
        };

        open.Pumps.RunUntilIdle();

        Assert.Empty(owner.Commits);
        Assert.Equal([1L, 2L], owner.Losses.Select(loss => loss.Token));
        Assert.All(owner.Losses, loss => Assert.Equal(ErrorCode.PartitionStopped, loss.Failure.Error));
        Assert.Single(open.Observer.Stops);
        Assert.Equal(AppendOutcome.Stopped, open.Store.TryAppend([Drafts.Published(1, "b")], out _));
    }

    [Fact]
    public void Store_stops_and_tells_the_others_when_an_owner_throws()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());
        RecordingOwner owner = new();

        open.Append(Drafts.Published(1, new ThrowingOwner(), 1, "a"));
        open.Append(Drafts.Published(1, owner, 2, "b"));
        open.Pumps.RunUntilIdle();

        Assert.Equal([2L], owner.Commits.Select(commit => commit.Token));
        Assert.Equal(ErrorCode.BrokerFault, Assert.Single(open.Observer.Stops).Error);
        Assert.Equal(AppendOutcome.Stopped, open.Store.TryAppend([Drafts.Published(1, "c")], out _));
    }

    private sealed class ThrowingOwner : ICommitOwner
    {
        public void Committed(LogPosition first, long token) => throw new InvalidOperationException("planted");

        public void Lost(StoreException failure, long token) => throw new InvalidOperationException("planted");
    }

    [Fact]
    public async Task Appender_finds_room_again_when_a_group_was_committed()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());
        string body = new('x', 10_000);
        while (open.Store.TryAppend([Drafts.Published(1, body)], out _) == AppendOutcome.Appended)
        {
        }

        Task room = open.Store.WaitForRoomAsync(CancellationToken.None).AsTask();
        Assert.False(room.IsCompleted);
        open.Pumps.RunUntilIdle();
        await room;

        Assert.Equal(AppendOutcome.Appended, open.Store.TryAppend([Drafts.Published(1, body)], out _));
    }

    [Fact]
    public void Time_never_goes_back_when_the_clock_jumps_both_ways()
    {
        TestTime time = new();
        using OpenStore open = OpenStore.Open(new MemoryDisk(), time);
        DateTimeOffset start = time.Now;

        open.Commit(Drafts.Published(1, "a"));
        time.Now = start.AddHours(3);
        open.Commit(Drafts.Published(1, "b"));
        time.Now = start.AddHours(-5);
        open.Commit(Drafts.Published(1, "c"));

        Assert.Equal(
            [start, start.AddHours(3), start.AddHours(3)],
            open.Observer.Records.Select(record => record.Header.Time.ToDateTimeOffset()));
    }
}
