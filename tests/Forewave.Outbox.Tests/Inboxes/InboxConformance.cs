using System.Data.Common;
using Forewave.Outbox.Tests.Databases;
using Forewave.Protocol;

namespace Forewave.Outbox.Tests.Inboxes;

/// <summary>What the inbox does on every database.</summary>
public abstract class InboxConformance(IDatabaseServer server)
{
    private static readonly GroupName Group = new("stock");
    private static readonly MessageId Message = new(new PartitionNumber(3), LogPosition.FromBits(0x0000_1000_0000_0007));

    [Fact]
    public async Task Message_is_recorded_once_for_each_group_when_its_transaction_commits()
    {
        Place place = await Place.NewAsync(server);
        Inbox inbox = new(place.Tables);

        bool rolledBack = await RecordAsync(place, inbox, Group, commits: false);
        bool first = await RecordAsync(place, inbox, Group, commits: true);
        bool repeated = await RecordAsync(place, inbox, Group, commits: true);
        bool otherGroup = await RecordAsync(place, inbox, new GroupName("billing"), commits: true);

        Assert.Equal((true, true, false, true), (rolledBack, first, repeated, otherGroup));
        Assert.Equal(2, await place.NumberAsync("SELECT COUNT(*) FROM forewave_inbox"));
    }

    [Fact]
    public async Task Groups_that_differ_in_case_or_in_spaces_at_the_end_have_effects_of_their_own()
    {
        Place place = await Place.NewAsync(server);
        Inbox inbox = new(place.Tables);

        foreach (string group in new[] { "stock", "stock ", "Stock", "st\u00F6ck" })
        {
            Assert.True(await RecordAsync(place, inbox, new GroupName(group), commits: true));
            Assert.False(await RecordAsync(place, inbox, new GroupName(group), commits: true));
        }
    }

    [Fact]
    public async Task Records_are_deleted_by_age_so_many_at_once()
    {
        Place place = await Place.NewAsync(server);
        Inbox inbox = new(place.Tables);
        await using DbConnection connection = await place.OpenAsync();
        await using (DbTransaction transaction = await connection.BeginTransactionAsync())
        {
            for (ulong i = 1; i <= 10; i++)
            {
                await inbox.TryRecordAsync(transaction, Group, new MessageId(default, LogPosition.FromBits(0x0000_1000_0000_0000 + i)));
            }

            await transaction.CommitAsync();
        }

        await place.RunAsync("UPDATE forewave_inbox SET done_at = done_at - 3600000 WHERE message_id <= '0-0000100000000007'");

        Assert.Equal(5, await inbox.CleanAsync(connection, TimeSpan.FromMinutes(30), 5));
        Assert.Equal(2, await inbox.CleanAsync(connection, TimeSpan.FromMinutes(30), 5));
        Assert.Equal(0, await inbox.CleanAsync(connection, TimeSpan.FromMinutes(30), 5));
        Assert.Equal(3, await place.NumberAsync("SELECT COUNT(*) FROM forewave_inbox"));
    }

    private static async Task<bool> RecordAsync(Place place, Inbox inbox, GroupName group, bool commits)
    {
        await using DbConnection connection = await place.OpenAsync();
        await using DbTransaction transaction = await connection.BeginTransactionAsync();
        bool isNew = await inbox.TryRecordAsync(transaction, group, Message);
        await (commits ? transaction.CommitAsync() : transaction.RollbackAsync());
        return isNew;
    }
}
