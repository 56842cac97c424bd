using Forewave.Protocol;
using Forewave.Storage.Commits;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.GroupCommit;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.GroupCommit;

public sealed class LazyRecordTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly TestTime _time = new();

    [Fact]
    public void Lazy_record_shares_the_sync_of_what_follows_when_nobody_waits_for_it()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk(), _time);
        long syncs = open.Store.Usage.Syncs;

        LogPosition lazy = open.Commit(Lazy());
        Assert.True(open.Store.Committed < lazy);
        LogPosition next = open.Commit(Drafts.Published(1, "a"));

        Assert.Equal(next, open.Store.Committed);
        Assert.Equal(1, open.Store.Usage.Syncs - syncs);
    }

    [Fact]
    public void Lazy_record_is_written_when_it_has_waited_for_long_enough()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk(), _time);
        LogPosition lazy = open.Commit(Lazy());

        _time.Move(LazyRecords.LongestWait - Moment);
        open.Pumps.RunUntilIdle();
        Assert.True(open.Store.Committed < lazy);
        _time.Move(Moment);
        open.Pumps.RunUntilIdle();

        Assert.Equal(lazy, open.Store.Committed);
    }

    [Fact]
    public void Lazy_record_waits_for_its_own_time_when_earlier_ones_were_written()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk(), _time);
        open.Commit(Lazy());
        open.Commit(Drafts.Published(1, "a"));
        _time.Move(Moment);
        LogPosition lazy = open.Commit(Lazy());

        _time.Move(LazyRecords.LongestWait - Moment);
        open.Pumps.RunUntilIdle();
        Assert.True(open.Store.Committed < lazy);
        _time.Move(Moment);
        open.Pumps.RunUntilIdle();

        Assert.Equal(lazy, open.Store.Committed);
    }

    [Fact]
    public void Lazy_records_are_written_when_many_have_gathered()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk(), _time);
        LogPosition before = open.Store.Committed;
        int bytes = 0;
        while (open.Store.Committed == before)
        {
            open.Commit(Lazy(payloadBytes: 936));
            bytes += 1_000;
        }

        Assert.InRange(bytes, LazyRecords.MostBytes, LazyRecords.MostBytes + 1_000);
        Assert.Equal(open.Store.Tail, open.Store.Committed);
    }

    [Fact]
    public void Lazy_record_is_written_when_somebody_waits_for_its_position()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk(), _time);
        RecordingOwner waiter = new();
        LogPosition lazy = open.Commit(Lazy());

        Assert.True(open.Store.TryAwaitCommit(lazy, waiter, 3));
        open.Pumps.RunUntilIdle();

        Assert.Equal([(lazy, 3L)], waiter.Commits);
    }

    [Fact]
    public void Lazy_record_is_no_lazy_one_when_it_has_an_owner()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk(), _time);
        RecordingOwner owner = new();

        LogPosition position = open.Commit(Lazy(owner: owner));

        Assert.Equal(position, open.Store.Committed);
        Assert.Single(owner.Commits);
    }

    [Fact]
    public void Lazy_records_are_found_again_when_the_store_was_closed()
    {
        MemoryDisk disk = new();
        LogPosition lazy;
        using (OpenStore open = OpenStore.Open(disk, _time))
        {
            lazy = open.Commit(Lazy());
        }

        using OpenStore again = OpenStore.Open(disk, _time);
        Assert.Contains(again.Fold.Applied, applied => applied.Record.Header.Position == lazy);
    }

    [Fact]
    public void Appender_finds_room_again_when_lazy_records_take_it()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk(), _time);
        while (open.Store.TryAppend([Lazy(payloadBytes: 20_000)], out _) == AppendOutcome.Appended)
        {
        }

        open.Pumps.RunUntilIdle();

        Assert.Equal(AppendOutcome.Appended, open.Store.TryAppend([Lazy()], out _));
    }

    private static RecordDraft Lazy(int payloadBytes = 40, ICommitOwner? owner = null)
    {
        RecordDraft draft = Drafts.Other(RecordType.Leased, payloadBytes);
        return new RecordDraft
        {
            Type = draft.Type,
            Count = draft.Count,
            Payload = draft.Payload,
            PayloadCrc = draft.PayloadCrc,
            IsLazy = true,
            Owner = owner,
        };
    }
}
