using Forewave.Protocol;
using Xunit;

namespace Forewave.Storage.Conformance;

/// <summary>What opening again promises on every store.</summary>
public abstract class RecoveryConformance
{
    protected abstract IStorePlace NewPlace();

    [Fact]
    public async Task Every_record_comes_back_in_order_as_it_was()
    {
        await using IStorePlace place = NewPlace();
        var written = new List<(LogPosition Position, RecordType Type, byte[] Payload)>();
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            for (int i = 0; i < 200; i++)
            {
                RecordDraft draft = i % 3 == 0 ? MessageRuns.Other(RecordType.Settled, [.. new byte[i]]) : MessageRuns.Published(1, $"a{i}", "b");
                written.Add((open.Append(draft), draft.Type, draft.Payload.ToArray()));
            }
        }

        await using OpenedStore again = await OpenedStore.OpenAsync(place);

        var applied = again.Engine.Applied.Where(record => record.Header.Type != RecordType.Barrier).ToArray();
        Assert.True(again.Engine.IsLoaded);
        Assert.Equal(written.Select(record => (record.Position, record.Type)), applied.Select(record => (record.Header.Position, record.Header.Type)));
        Assert.All(written.Zip(applied), pair => Assert.Equal(pair.First.Payload, pair.Second.Payload));
        RecordHeader settled = applied[0].Header;
        Assert.Equal((9U, 8U, ulong.MaxValue, 5UL, 1), (settled.Queue, settled.Source, settled.Sequence, settled.Extra, settled.Count));
    }

    [Fact]
    public async Task Each_opening_has_a_higher_epoch_and_higher_positions()
    {
        await using IStorePlace place = NewPlace();
        var positions = new List<LogPosition>();
        var epochs = new List<Epoch>();
        for (int life = 0; life < 4; life++)
        {
            await using OpenedStore open = await OpenedStore.OpenAsync(place);
            epochs.Add(open.Store.Epoch);
            positions.Add(await open.CommitAsync(MessageRuns.Published(1, $"{life}")));
        }

        Assert.Equal(epochs.Distinct().Order(), epochs);
        Assert.Equal(positions.Distinct().Order(), positions);
        Assert.Equal(epochs, positions.Select(position => position.Epoch));
    }

    [Fact]
    public async Task Offsets_go_on_where_they_ended()
    {
        await using IStorePlace place = NewPlace();
        for (int life = 0; life < 3; life++)
        {
            await using OpenedStore open = await OpenedStore.OpenAsync(place);
            await open.CommitAsync(MessageRuns.Published(1, $"{life}a", $"{life}b"));
        }

        await using OpenedStore last = await OpenedStore.OpenAsync(place);

        Assert.Equal(
            [(1L, "0a"), (2L, "0b"), (3L, "1a"), (4L, "1b"), (5L, "2a"), (6L, "2b")], await last.ReadAllAsync(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(400_000)]
    public async Task Checkpoint_comes_back_and_what_it_has_is_dispatched_once(int stateBytes)
    {
        await using IStorePlace place = NewPlace();
        byte[] state = new byte[stateBytes];
        new Random(stateBytes).NextBytes(state);
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            await open.CommitAsync(MessageRuns.Published(1, "before"));
            open.Engine.Written.Add((StateKind.Queue, state));
            await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
            await open.CommitAsync(MessageRuns.Published(1, "after"));
        }

        await using OpenedStore again = await OpenedStore.OpenAsync(place);

        Assert.Equal([StateKind.Catalogue, StateKind.Queue], again.Engine.Parts.Select(part => part.Part.Kind));
        Assert.Equal(state, again.Engine.Parts[1].State);
        Assert.Equal(7U, again.Engine.Parts[1].Part.Id);
        Assert.Equal([(1L, "before"), (2L, "after")], await again.ReadAllAsync(1));
    }

    [Fact]
    public async Task Last_of_several_checkpoints_counts()
    {
        await using IStorePlace place = NewPlace();
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            for (byte i = 0; i < 5; i++)
            {
                await open.CommitAsync(MessageRuns.Published(1, $"{i}"));
                open.Engine.Written.Clear();
                open.Engine.Written.Add((StateKind.Queue, [i]));
                await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
            }
        }

        await using OpenedStore again = await OpenedStore.OpenAsync(place);

        Assert.Equal([4], again.Engine.Parts[1].State);
        Assert.Equal(5, (await again.ReadAllAsync(1)).Count);
    }

    [Fact]
    public async Task What_expired_stays_expired_after_a_checkpoint()
    {
        await using IStorePlace place = NewPlace();
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            await open.CommitAsync(MessageRuns.Published(1, "a", "b", "c"));
            open.Store.Expire(1, new Offset(3));
            await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
        }

        await using OpenedStore again = await OpenedStore.OpenAsync(place);

        Assert.Equal([(3L, "c")], await again.ReadAllAsync(1));
    }

    [Fact]
    public async Task Dispatch_of_what_is_known_changes_nothing()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        await open.CommitAsync(MessageRuns.Published(1, "a", "b"));
        QueueExtent before = open.Store.Extent(1);

        open.Store.Dispatch(1, Offset.First, new CommittedRecord(open.Engine.Dispatched[0], default, 6));

        Assert.Equal(before, open.Store.Extent(1));
    }
}
