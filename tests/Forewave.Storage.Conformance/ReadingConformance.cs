using Forewave.Protocol;
using Xunit;

namespace Forewave.Storage.Conformance;

/// <summary>What reading promises on every store.</summary>
public abstract class ReadingConformance
{
    private const int Messages = 300;

    protected abstract IStorePlace NewPlace();

    [Fact]
    public async Task Run_is_read_from_any_offset_in_it()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        LogPosition first = await open.CommitAsync(MessageRuns.Published(1, "a", "b", "c", "d"));

        for (int skip = 0; skip < 4; skip++)
        {
            using StoredRuns runs = await open.Store.ReadAsync(1, new Offset(1 + skip), 1_000, CancellationToken.None);

            StoredRun run = runs[0];
            Assert.Equal((new Offset(1 + skip), 4 - skip), (run.First, run.Count));
            Assert.Equal((first.Plus((ulong)skip), 1UL + (ulong)skip), (run.Header.Position, run.Header.Sequence));
            Assert.Equal((RecordType.Published, 1U, 7U), (run.Header.Type, run.Header.Queue, run.Header.Source));
            Assert.Equal(new[] { "a", "b", "c", "d" }[skip..], MessageRuns.Bodies(run).Select(message => message.Body));
        }
    }

    [Fact]
    public async Task Memory_gives_what_the_store_gives_or_says_no()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        await Fill(open);

        var all = await open.ReadAllAsync(1);
        for (Offset next = Offset.First; next < open.Store.Extent(1).End; next = next.Plus(1))
        {
            if (open.Store.TryReadRecent(1, next, out StoredRun run))
            {
                Assert.Equal(all[(int)next.Value - 1], MessageRuns.Bodies(run)[0]);
                run.Release();
            }
        }

        Assert.False(open.Store.TryReadRecent(1, open.Store.Extent(1).End, out _));
    }

    [Fact]
    public async Task Reading_stops_at_its_bytes_but_gives_one_run_at_least()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        await Fill(open);

        using StoredRuns few = await open.Store.ReadAsync(1, Offset.First, 1, CancellationToken.None);
        using StoredRuns none = await open.Store.ReadAsync(1, open.Store.Extent(1).End, 1_000, CancellationToken.None);

        Assert.InRange(few.Count, 1, Messages / 4);
        Assert.Equal(0, none.Count);
    }

    [Fact]
    public async Task Windows_give_the_first_one_whole_and_no_run_twice()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        await Fill(open);
        var all = await open.ReadAllAsync(1);
        // The second lies in the last run of the first.
        ReadWindow[] windows = 
        [
            new(new Offset(17), new Offset(20), 200), new(new Offset(18), new Offset(19), 1), new(new Offset(90), new Offset(91), 1),
            new(new Offset(240), new Offset(290), 20_000),
        ];

        using StoredRuns runs = await open.Store.ReadWindowsAsync(1, windows, CancellationToken.None);

        Assert.Equal(windows[0].First, runs[0].First);
        Offset next = Offset.First;
        foreach (StoredRun run in Enumerable.Range(0, runs.Count).Select(i => runs[i]))
        {
            Assert.True(run.First >= next, $"{run.First} comes after {next}");
            next = run.First.Plus(run.Count);
            Assert.Equal(all.GetRange((int)run.First.Value - 1, run.Count), MessageRuns.Bodies(run));
        }
    }

    [Fact]
    public async Task Queues_do_not_see_each_other()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        for (int i = 0; i < 60; i++)
        {
            await open.CommitAsync(MessageRuns.Published((uint)(1 + (i % 3)), $"{i}"));
        }

        for (uint queue = 1; queue <= 3; queue++)
        {
            int begin = (int)queue - 1;
            Assert.Equal(
                Enumerable.Range(0, 20).Select(i => (1L + i, $"{begin + (i * 3)}")), await open.ReadAllAsync(queue));
        }
    }

    [Fact]
    public async Task Message_is_found_by_its_position()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        await Fill(open);
        LogPosition first = await open.CommitAsync(MessageRuns.Published(1, "x", "y", "z"));

        for (int i = 0; i < 3; i++)
        {
            using StoredRuns? found = await open.Store.ReadMessageAsync(first.Plus((ulong)i), CancellationToken.None);
            Assert.Equal("xyz"[i..(i + 1)], MessageRuns.Bodies(found![0])[0].Body);
            Assert.Equal(first.Plus((ulong)i), found[0].Header.Position);
            Assert.Equal(new Offset(Messages + 1 + i), found[0].First);
        }
    }

    [Fact]
    public async Task Position_of_no_message_finds_none()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        LogPosition settled = await open.CommitAsync(MessageRuns.Other(RecordType.Settled, 1));

        Assert.Null(await open.Store.ReadMessageAsync(settled, CancellationToken.None));
        Assert.Null(await open.Store.ReadMessageAsync(settled.Plus(1_000), CancellationToken.None));
    }

    [Fact]
    public async Task Offset_is_found_by_time()
    {
        await using IStorePlace place = NewPlace();
        var clock = new MovedClock();
        Timestamp begin = clock.Now;
        await using OpenedStore open = await OpenedStore.OpenAsync(place, clock);
        for (int i = 0; i < 100; i++)
        {
            clock.Now = begin.Plus(TimeSpan.FromHours(i));
            await open.CommitAsync(MessageRuns.Published(1, $"a{i}", $"b{i}"));
        }

        for (int i = 0; i < 100; i++)
        {
            Offset expected = new(1 + (2 * i));
            Assert.Equal(expected, await open.Store.FindByTimeAsync(1, begin.Plus(TimeSpan.FromHours(i)), CancellationToken.None));
            Assert.Equal(expected, await open.Store.FindByTimeAsync(1, begin.Plus(TimeSpan.FromHours(i - 0.5)), CancellationToken.None));
        }

        Assert.Equal(open.Store.Extent(1).End, await open.Store.FindByTimeAsync(1, begin.Plus(TimeSpan.FromHours(100)), CancellationToken.None));
    }

    [Fact]
    public async Task Time_does_not_go_back_from_record_to_record()
    {
        await using IStorePlace place = NewPlace();
        var clock = new MovedClock();
        await using OpenedStore open = await OpenedStore.OpenAsync(place, clock);
        Timestamp begin = clock.Now;
        await open.CommitAsync(MessageRuns.Published(1, "a"));

        clock.Now = begin.Plus(TimeSpan.FromHours(-2));
        await open.CommitAsync(MessageRuns.Published(1, "b"));

        Assert.Equal([begin, begin], open.Engine.Dispatched.Select(header => header.Time));
    }

    [Fact]
    public async Task Expired_offsets_are_below_the_extent()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        await Fill(open);

        open.Store.Expire(1, new Offset(101));
        QueueExtent extent = open.Store.Extent(1);

        Assert.Equal((new Offset(101), new Offset(Messages + 1)), (extent.FirstRetained, extent.End));
        Assert.Equal(Messages - 100, (await open.ReadAllAsync(1)).Count);
    }

    [Fact]
    public async Task Queue_that_was_never_written_is_empty()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);

        QueueExtent extent = open.Store.Extent(4711);

        Assert.Equal((Offset.First, Offset.First, 0UL), (extent.FirstRetained, extent.End, extent.Bytes));
    }

    private static async Task Fill(OpenedStore open)
    {
        for (int i = 0; i < Messages / 3; i++)
        {
            open.Append(MessageRuns.Published(1, $"a{i}", $"b{i}", $"c{i}{new string('c', i * 10)}"));
        }

        await open.CommitAsync(MessageRuns.Other(RecordType.Settled));
    }
}
