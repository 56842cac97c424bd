using Forewave.Protocol;
using Forewave.Storage.Conformance;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Conformance;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Store;

/// <summary>Databases that are not what the store wrote: a copy that is not of one moment, rows that somebody deleted.</summary>
[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class DamagedTests(MariaDbServer server)
{
    [Theory]
    [InlineData("DELETE FROM {queues}.MQ_STATE")]
    [InlineData("DELETE FROM {queues}.MQ_STATE ORDER BY half, checkpoint, part DESC LIMIT 1")]
    [InlineData("DELETE FROM {log}.MQ_LOG")]
    [InlineData("DELETE FROM {log}.MQ_LOG ORDER BY log_id DESC LIMIT 1")]
    public async Task Opening_is_refused_and_drops_nothing_when_rows_are_missing(string damage)
    {
        await using var place = new DatabasePlace(server);
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            await open.CommitAsync(MessageRuns.Published(1, "a", "b"));
            await ((MySqlStore)open.Store).Mover.SettledAsync();
            await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
            await open.CommitAsync(MessageRuns.Other(RecordType.Settled, 1));
        }

        using Connection root = Connection.Open(server.Administrator);
        root.Execute(damage.Replace("{queues}", place.Names.Queues, StringComparison.Ordinal).Replace("{log}", place.Names.Log, StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<StoreException>(() => OpenedStore.OpenAsync(place));

        Assert.Equal(ErrorCode.LogDamaged, refused.Error);
        Assert.Contains("restore both", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, root.Execute($"DELETE FROM {place.Names.Queues}.`#1`"));
    }

    [Fact]
    public async Task Offset_of_a_time_is_found_past_rows_of_a_table_that_is_gone()
    {
        await using var place = new DatabasePlace(server);
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            await open.CommitAsync(MessageRuns.Published(1, "a", "b"));
            await ((MySqlStore)open.Store).Mover.SettledAsync();
            await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
        }

        await using OpenedStore again = await OpenedStore.OpenAsync(place);
        using Connection root = Connection.Open(server.Administrator);
        root.Execute($"DROP TABLE {place.Names.Queues}.`#1`");
        Offset found = await again.Store.FindByTimeAsync(1, new Timestamp(1), CancellationToken.None);

        Assert.Equal(again.Store.Extent(1).End, found);
    }

    [Fact]
    public async Task Opening_is_refused_when_the_log_begins_after_what_has_to_be_replayed()
    {
        await using var place = new DatabasePlace(server);
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            await open.CommitAsync(MessageRuns.Published(1, "a"));
            await open.CommitAsync(MessageRuns.Other(RecordType.Settled, 1));
        }

        using Connection root = Connection.Open(server.Administrator);
        root.Execute($"DELETE FROM {place.Names.Log}.MQ_LOG ORDER BY log_id LIMIT 2");
        var refused = await Assert.ThrowsAsync<StoreException>(() => OpenedStore.OpenAsync(place));

        Assert.Equal(ErrorCode.LogDamaged, refused.Error);
    }
}
