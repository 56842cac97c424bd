using System.Data;
using System.Data.Common;
using Forewave.Outbox.Sql;
using Forewave.Outbox.Tests.Databases;
using Forewave.Protocol;

namespace Forewave.Outbox.Tests.Inboxes;

/// <summary>What the inbox does on databases that have several writers at a time.</summary>
public abstract class ServerInboxConformance(IDatabaseServer server) : InboxConformance(server)
{
    private static readonly GroupName Group = new("stock");
    private static readonly MessageId Message = new(new PartitionNumber(3), LogPosition.FromBits(0x0000_1000_0000_0007));
    private readonly IDatabaseServer _server = server;

    [Theory]
    [InlineData(IsolationLevel.ReadCommitted)]
    [InlineData(IsolationLevel.RepeatableRead)]
    public async Task Of_two_transactions_with_one_message_the_second_waits_and_has_no_effect(IsolationLevel isolation)
    {
        Place place = await Place.NewAsync(_server);
        Inbox inbox = new(place.Tables);
        await using DbConnection one = await place.OpenAsync();
        await using DbConnection other = await place.OpenAsync();
        await using DbTransaction first = await one.BeginTransactionAsync(isolation);
        await using DbTransaction second = await other.BeginTransactionAsync(isolation);

        // Its snapshot, where it has one, is from before the other records.
        await Commands.NumberAsync(other, second, new Statement("SELECT COUNT(*) FROM forewave_inbox"), CancellationToken.None);
        Assert.True(await inbox.TryRecordAsync(first, Group, Message));
        // Some drivers block their thread.
        Task<bool> waiting = Task.Run(async () => await inbox.TryRecordAsync(second, Group, Message));
        await Until.TrueAsync(async () => await place.NumberAsync(WaitingTransactions) > 0);
        Assert.False(waiting.IsCompleted);
        await first.CommitAsync();

        Assert.False(await IsNewAsync(waiting));
        await second.RollbackAsync();
        await using DbTransaction third = await other.BeginTransactionAsync(isolation);
        Assert.False(await inbox.TryRecordAsync(third, Group, Message));
    }

    private string WaitingTransactions => _server.Kind == DatabaseKind.MySql
        ? "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
        : "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";

    // A database may refuse what its snapshot does not show rather than tell of it: no effect either.
    private static async Task<bool> IsNewAsync(Task<bool> recording)
    {
        try
        {
            return await recording;
        }
        catch (DbException)
        {
            return false;
        }
    }
}
