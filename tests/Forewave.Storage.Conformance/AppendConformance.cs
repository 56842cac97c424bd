using Forewave.Protocol;
using Xunit;

namespace Forewave.Storage.Conformance;

/// <summary>What appending promises on every store.</summary>
public abstract class AppendConformance
{
    protected abstract IStorePlace NewPlace();

    [Fact]
    public async Task Positions_are_dense_over_runs_and_appends()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);

        LogPosition one = open.Append(MessageRuns.Published(1, "a", "b", "c"));
        LogPosition two = open.Append(MessageRuns.Published(1, "d"), MessageRuns.Other(RecordType.Settled, 1, 2));
        LogPosition three = open.Append(MessageRuns.Other(RecordType.Extended));

        Assert.Equal(3ul, two.Since(one));
        Assert.Equal(2ul, three.Since(two));
        Assert.Equal(three, open.Store.Tail);
        Assert.Equal(open.Store.Epoch, one.Epoch);
    }

    [Fact]
    public async Task Owner_is_told_once_with_its_position_and_token()
    {
        await using IStorePlace place = NewPlace();
        var owner = new CommitSignal();
        LogPosition position;
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            open.Append(MessageRuns.Published(1, "before"));
            position = open.Append(MessageRuns.Published(1, "a", "b") with { Owner = owner, Token = 77 });

            Assert.Equal((position, 77L), await owner.Told);
            Assert.True(open.Store.Committed >= position.Plus(1));
        }

        Assert.Equal(1, owner.Times);
    }

    [Fact]
    public async Task Waiter_is_told_later_or_answered_at_once()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        var waiter = new CommitSignal();
        LogPosition position = open.Append(MessageRuns.Published(1, "a"));

        bool waits = open.Store.TryAwaitCommit(position, waiter, 9);
        await open.Engine.ThroughAsync(position);

        if (waits)
        {
            Assert.Equal((position, 9L), await waiter.Told);
        }

        Assert.False(open.Store.TryAwaitCommit(position, waiter, 10));
        Assert.Equal(waits ? 1 : 0, waiter.Times);
    }

    [Fact]
    public async Task Engine_sees_in_order_what_is_to_be_dispatched_and_nothing_else()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        var expected = new List<LogPosition>();

        for (int i = 0; i < 50; i++)
        {
            expected.Add(await open.CommitAsync(
                MessageRuns.Published(1, $"a{i}", $"b{i}"), MessageRuns.Other(RecordType.Settled, 3), MessageRuns.Other(RecordType.Leased)));
        }

        Assert.Equal(expected, open.Engine.Dispatched.Select(header => header.Position));
        Assert.Equal(open.Engine.Groups.Order(), open.Engine.Groups);
    }

    [Fact]
    public async Task Lazy_record_is_committed_when_somebody_waits_for_it()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        var waiter = new CommitSignal();

        LogPosition position = open.Append(MessageRuns.Other(RecordType.Leased, 1) with { IsLazy = true });

        if (open.Store.TryAwaitCommit(position, waiter, 1))
        {
            Assert.Equal((position, 1L), await waiter.Told);
        }

        Assert.True(open.Store.Committed >= position);
    }

    [Fact]
    public async Task Append_over_its_limit_takes_no_position()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        LogPosition before = open.Store.Tail;
        byte[] payload = new byte[open.Store.MaxAppendBytes + 1];

        Assert.Throws<ArgumentException>(() => open.Append(MessageRuns.Other(RecordType.Settled, payload)));
        Assert.Throws<ArgumentException>(() => open.Append());
        Assert.Throws<ArgumentException>(() => open.Append(MessageRuns.Published(1, "a") with { JoinsNext = true }));

        Assert.Equal(before, open.Store.Tail);
    }

    [Fact]
    public async Task Appends_of_many_threads_are_all_committed_in_the_order_of_each()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                open.Append(MessageRuns.Published(1, $"{thread}:{i:000}"));
            }
        })));
        await open.CommitAsync(MessageRuns.Other(RecordType.Settled));

        string[] bodies = [.. (await open.ReadAllAsync(1)).Select(message => message.Body)];
        Assert.Equal(400, bodies.Length);
        Assert.All(Enumerable.Range(0, 4), thread => Assert.Equal(
            Enumerable.Range(0, 100).Select(i => $"{thread}:{i:000}"), bodies.Where(body => body[0] == '0' + thread)));
    }

    [Fact]
    public async Task Closing_commits_what_was_appended()
    {
        await using IStorePlace place = NewPlace();
        var owner = new CommitSignal();
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            open.Append(MessageRuns.Published(1, "a") with { Owner = owner }, MessageRuns.Other(RecordType.Leased, 4));
        }

        await owner.Told;
        await using OpenedStore again = await OpenedStore.OpenAsync(place);

        Assert.Equal([(1L, "a")], await again.ReadAllAsync(1));
    }
}
