using System.Data.Common;
using Forewave.Client.Consuming;
using Forewave.Outbox.Sql;
using Forewave.Protocol;

namespace Forewave.Outbox;

/// <summary>
/// Lets an effect in the program's own database happen once, however often its message is delivered: the group and the message's id are
/// recorded in the same transaction as the effect. Thread-safe; make one and keep it.
/// </summary>
public sealed class Inbox
{
    private readonly OutboxTables _tables;
    private readonly Dialect _sql;

    /// <param name="tables">Where the inbox is.</param>
    public Inbox(OutboxTables tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        _tables = tables;
        _sql = Dialect.Of(tables.Database);
    }

    /// <summary>
    /// Records a message. One statement. Where another transaction has recorded it and is not over, waits for that: only one of them has the
    /// effect.
    /// </summary>
    /// <param name="transaction">The one in which the effect happens, which is still open.</param>
    /// <param name="group">The group that handles the message: others have effects of their own.</param>
    /// <param name="message">The message's id, which is the same in every delivery.</param>
    /// <param name="cancellation">Ends the wait for the database; the transaction is to be rolled back then.</param>
    /// <returns>
    /// True: it is new, let the effect happen and commit. False: the effect has happened; roll back, and ack the message.
    /// </returns>
    /// <exception cref="DbException">The database refuses.</exception>
    public async ValueTask<bool> TryRecordAsync(
        DbTransaction transaction, GroupName group, MessageId message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        DbConnection connection = transaction.Connection ?? throw new InvalidOperationException("The transaction is over.");
        Statement insert = new(_sql.InsertDone(new TableName(_tables.Inbox)), ("@group", group.Value), ("@id", message.ToString()));
        return _sql.IsNew(await Commands.RunAsync(connection, transaction, insert, cancellation).ConfigureAwait(false));
    }

    /// <summary>Records a message that was received, for its group. As <see cref="TryRecordAsync(DbTransaction, GroupName, MessageId, CancellationToken)"/>.</summary>
    public ValueTask<bool> TryRecordAsync(DbTransaction transaction, ReceivedMessage message, CancellationToken cancellation = default) =>
        TryRecordAsync(transaction, message.Group, message.Id, cancellation);

    /// <summary>
    /// Deletes what was recorded longer ago than a message can come again: keep it at least as long as the group's retries, its dead letters
    /// (30 days by default, for redrives) and the queue's retention (for replays) may bring a message back. One transaction.
    /// </summary>
    /// <param name="connection">An open connection, without a transaction.</param>
    /// <param name="age">By the database's clock; what is older goes.</param>
    /// <param name="mostRows">So many rows at most: call again while as many were deleted.</param>
    /// <param name="cancellation">Ends the wait for the database.</param>
    /// <returns>How many were deleted.</returns>
    public ValueTask<int> CleanAsync(DbConnection connection, TimeSpan age, int mostRows = 5_000, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentOutOfRangeException.ThrowIfLessThan(age, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostRows, 1);
        string delete = _sql.DeleteDone(new TableName(_tables.Inbox)).Replace("@before", $"{_sql.Now} - @kept", StringComparison.Ordinal);
        return Commands.RunAsync(connection, null, new Statement(delete, ("@kept", (long)age.TotalMilliseconds), ("@count", mostRows)), cancellation);
    }
}
