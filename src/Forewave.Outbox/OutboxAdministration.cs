using System.Data.Common;
using Forewave.Outbox.Sql;
using Forewave.Protocol;

namespace Forewave.Outbox;

/// <summary>
/// What a person does about rows that the relay has set aside: those that the broker refuses for good, and those of which nobody knows whether they
/// were stored. Stateless; thread-safe. May be used while relays run.
/// </summary>
/// <param name="tables">Where the outbox is.</param>
public sealed class OutboxAdministration(OutboxTables tables)
{
    private const int MaxPage = 10_000;
    private readonly Dialect _sql = Dialect.Of((tables ?? throw new ArgumentNullException(nameof(tables))).Database);

    /// <summary>Rows that were set aside, by id. One query, by the index on the state.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="after">Rows with higher ids: of the last one of the page before. Default: from the first one.</param>
    /// <param name="most">1 to 10,000. Default 100.</param>
    /// <param name="cancellation">Ends the wait for the database.</param>
    public async ValueTask<IReadOnlyList<SetAsideRow>> ListAsync(
        DbConnection connection, long after = 0, int most = 100, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, MaxPage);
        Statement list = new(
            $"SELECT id, queue, error, created_at, changed_at, message_bytes FROM {tables.Outbox} WHERE state = 3 AND id > @after ORDER BY id LIMIT {most}",
            ("@after", after));
        return await Commands.ListAsync(
            (connection, null), list,
            static row => new SetAsideRow
            {
                Id = Commands.Number(row, 0)!.Value,
                Queue = new QueueName(row.GetString(1)),
                Error = (ErrorCode)(Commands.Number(row, 2) ?? 0),
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(Commands.Number(row, 3)!.Value),
                SetAsideAt = DateTimeOffset.FromUnixTimeMilliseconds(Commands.Number(row, 4)!.Value),
                MessageBytes = (int)Commands.Number(row, 5)!.Value,
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends a row again: behind what was sent since, of its key too. What was in doubt may come twice.</summary>
    /// <exception cref="ForewaveException"><c>OutboxRowNotFound</c>.</exception>
    public ValueTask ResendAsync(DbConnection connection, long id, CancellationToken cancellation = default) =>
        ChangeAsync(connection, new Statement($"UPDATE {tables.Outbox} SET state = 0, error = NULL, changed_at = {_sql.Now} WHERE state = 3 AND id = @id", ("@id", id)), cancellation);

    /// <summary>Deletes a row, and with it its message; what was in doubt may be stored.</summary>
    /// <exception cref="ForewaveException"><c>OutboxRowNotFound</c>.</exception>
    public ValueTask DiscardAsync(DbConnection connection, long id, CancellationToken cancellation = default) =>
        ChangeAsync(connection, new Statement($"DELETE FROM {tables.Outbox} WHERE state = 3 AND id = @id", ("@id", id)), cancellation);

    private static async ValueTask ChangeAsync(DbConnection connection, Statement statement, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (await Commands.RunAsync(connection, null, statement, cancellation).ConfigureAwait(false) == 0)
        {
            throw new ForewaveException(ErrorCode.OutboxRowNotFound);
        }
    }
}
