using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Forewave.Outbox.Sql;
using Forewave.Protocol;

namespace Forewave.Outbox.Relaying;

/// <summary>
/// What a relay asks of the outbox's tables. Over one connection, for one caller at a time. What it changes it changes within a transaction
/// that began with <see cref="RenewAsync"/>: the update of the lock's row is the fence.
/// </summary>
internal sealed class RelayTables(OutboxTables tables, DbConnection connection)
{
    private const int UnparkRows = 5_000;
    private const string RowColumns = "id, queue, routing, priority, deliver_at, expires_at, alone, refused_seq, message";
    private readonly Dialect _sql = Dialect.Of(tables.Database);
    private readonly string _byState = tables.Outbox + Dialect.Of(tables.Database).Force(new IndexName(tables.Outbox + "_state"));

    /// <summary>Begins a transaction; without locks on gaps, which would keep programs from inserting.</summary>
    public ValueTask<DbTransaction> BeginAsync(CancellationToken cancellation) => connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);

    /// <summary>
    /// Takes the lock where nobody has it: nobody has renewed it for as long as a lease is. One transaction.
    /// </summary>
    /// <returns>The token, and the number of the last claim; null: another relay has it.</returns>
    public async ValueTask<(long Token, long Claims)?> TryTakeAsync(string holder, TimeSpan lease, CancellationToken cancellation)
    {
        Statement take = new(
            $"""
            UPDATE {tables.Relay} SET token = token + 1, holder = @holder, renewed_at = {_sql.Now}
            WHERE id = 1 AND (holder = @holder OR renewed_at < {_sql.Now} - @lease OR renewed_at > {_sql.Now} + @lease)
            """,
            ("@holder", holder), ("@lease", (long)lease.TotalMilliseconds));
        DbTransaction transaction = await BeginAsync(cancellation).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            if (await Commands.RunAsync(connection, transaction, take, cancellation).ConfigureAwait(false) != 1)
            {
                await transaction.RollbackAsync(cancellation).ConfigureAwait(false);
                return null;
            }

            List<(long, long)> found = await Commands.ListAsync(
                (connection, transaction), new Statement($"SELECT token, claims FROM {tables.Relay} WHERE id = 1"),
                static row => (Commands.Number(row, 0)!.Value, Commands.Number(row, 1)!.Value), cancellation).ConfigureAwait(false);
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
            return found[0];
        }
    }

    /// <summary>Whether nobody has taken the lock since; by a plain read.</summary>
    public async ValueTask<bool> HasAsync(long token, CancellationToken cancellation) =>
        await Commands.NumberAsync(connection, null, new Statement($"SELECT token FROM {tables.Relay} WHERE id = 1"), cancellation).ConfigureAwait(false) == token;

    /// <summary>Renews the lock and notes the last claim: what a transaction begins with.</summary>
    /// <exception cref="ForewaveException"><c>OutboxLockLost</c>: another relay has it. The transaction is to be rolled back.</exception>
    public async ValueTask RenewAsync(DbTransaction transaction, long token, LastClaim last, CancellationToken cancellation)
    {
        Statement renew = new(
            $"UPDATE {tables.Relay} SET renewed_at = {_sql.Now}, claims = @claims WHERE id = 1 AND token = @token", ("@claims", last.Number), ("@token", token));
        if (await Commands.RunAsync(connection, transaction, renew, cancellation).ConfigureAwait(false) != 1
            && !await StillHasAsync(transaction, token, cancellation).ConfigureAwait(false))
        {
            throw new ForewaveException(ErrorCode.OutboxLockLost);
        }
    }

    /// <summary>Gives the lock back: another relay need not wait for the lease to end.</summary>
    public ValueTask<int> ReturnAsync(long token, CancellationToken cancellation) => Commands.RunAsync(
        connection, null, new Statement($"UPDATE {tables.Relay} SET renewed_at = 0, holder = '' WHERE id = 1 AND token = @token", ("@token", token)), cancellation);

    /// <summary>The partitions that were published to.</summary>
    public async ValueTask<List<LaneState>> LanesAsync(CancellationToken cancellation) => await Commands.ListAsync(
        (connection, null),
        new Statement($"SELECT partition_number, producer_id, next_seq FROM {tables.Lane}"),
        static row => new LaneState(
            new PartitionNumber(checked((ushort)Commands.Number(row, 0)!.Value)),
            new ProducerId(UInt128.Parse(row.GetString(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)))
        {
            NextSequence = Commands.Number(row, 2)!.Value,
            IsStored = true,
        },
        cancellation).ConfigureAwait(false);

    /// <summary>Writes a partition's producer id and next sequence down.</summary>
    public async ValueTask WriteAsync(DbTransaction transaction, LaneState lane, CancellationToken cancellation)
    {
        string write = lane.IsStored
            ? $"UPDATE {tables.Lane} SET producer_id = @producer, next_seq = @next WHERE partition_number = @partition"
            : $"INSERT INTO {tables.Lane} (partition_number, producer_id, next_seq) VALUES (@partition, @producer, @next)";
        Statement statement = new(
            write, ("@partition", (int)lane.Partition.Value), ("@producer", lane.Producer.ToString()), ("@next", lane.NextSequence));
        await Commands.RunAsync(connection, transaction, statement, cancellation).ConfigureAwait(false);
    }

    /// <summary>What was claimed and has no outcome: by claim, partition and sequence.</summary>
    public async ValueTask<List<ClaimedRow>> PendingAsync(CancellationToken cancellation) => await Commands.ListAsync(
        (connection, null),
        new Statement($"""
            SELECT {RowColumns}, claim, changed_at, partition_number, seq FROM {_byState} WHERE state = 1
            ORDER BY claim, partition_number, seq
            """),
        row => RowOf(row, isClaimed: true),
        cancellation).ConfigureAwait(false);

    /// <summary>The first unsent rows by id, so many and so many bytes of messages, one row at least. Two round trips.</summary>
    public async ValueTask<List<ClaimedRow>> UnsentAsync(ClaimSize size, CancellationToken cancellation)
    {
        // By the index on (state, id, message_bytes) alone.
        Statement count = new(
            $"""
            SELECT COUNT(*) FROM (SELECT SUM(message_bytes) OVER (ORDER BY id) - message_bytes AS before_bytes
                FROM (SELECT id, message_bytes FROM {_byState} WHERE state = 0 ORDER BY id LIMIT {size.Rows}) c) w
            WHERE before_bytes < @bytes
            """,
            ("@bytes", size.Bytes));
        long rows = await Commands.NumberAsync(connection, null, count, cancellation).ConfigureAwait(false) ?? 0;
        return rows == 0 ? [] : await Commands.ListAsync(
            (connection, null), new Statement($"SELECT {RowColumns}, {_sql.Now} FROM {_byState} WHERE state = 0 ORDER BY id LIMIT {rows}"),
            row => RowOf(row, isClaimed: false), cancellation).ConfigureAwait(false);
    }

    /// <summary>Claims rows: writes their partitions and sequences.</summary>
    public async ValueTask ClaimAsync(DbTransaction transaction, Claim claim, CancellationToken cancellation)
    {
        string update = _sql.UpdateByRows(
            new TableName(tables.Outbox), ["partition_number", "seq"],
            string.Create(CultureInfo.InvariantCulture, $"state = 1, claim = {claim.Number}, changed_at = {_sql.Now}"));
        int touched = await Commands.RunAsync(
            connection, transaction, new Statement(update, ("@rows", Json(claim.Rows, static row => [row.Id, row.Partition.Value, row.Sequence]))), cancellation)
            .ConfigureAwait(false);
        if (touched != claim.Rows.Count)
        {
            throw new InvalidOperationException($"Of {claim.Rows.Count} rows that were claimed {touched} are there: somebody else changes the outbox.");
        }
    }

    /// <summary>Writes down what became of rows that are not sent.</summary>
    public async ValueTask ChangeAsync(DbTransaction transaction, IReadOnlyList<RowChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
        {
            return;
        }

        string update = _sql.UpdateByRows(
            new TableName(tables.Outbox), ["state", "error", "alone", "refused_seq"],
            $"claim = NULL, seq = NULL, partition_number = NULL, changed_at = {_sql.Now}");
        string rows = Json(changes, static change =>
        [
            change.Row.Id, (long)change.State, change.Error == ErrorCode.None ? null : (long)change.Error, change.IsAlone ? 1 : 0, change.RefusedSequence,
        ]);
        int touched = await Commands.RunAsync(connection, transaction, new Statement(update, ("@rows", rows)), cancellation).ConfigureAwait(false);
        if (touched != changes.Count)
        {
            throw new InvalidOperationException($"Of {changes.Count} rows that change {touched} are there: somebody else changes the outbox.");
        }
    }

    /// <summary>Marks what is left of a claim as sent; how many rows that is.</summary>
    public ValueTask<int> MarkSentAsync(DbTransaction transaction, long claim, CancellationToken cancellation) => Commands.RunAsync(
        connection, transaction,
        new Statement($"UPDATE {_byState} SET state = 2, changed_at = {_sql.Now} WHERE state = 1 AND claim = @claim", ("@claim", claim)), cancellation);

    /// <summary>Deletes sent rows, as many at most as are given, that are as old as they are kept; how many.</summary>
    public ValueTask<int> CleanAsync(int rows, TimeSpan retention, CancellationToken cancellation) => Commands.RunAsync(
        connection, null,
        new Statement(
            _sql.DeleteSent(new TableName(tables.Outbox)).Replace("@before", $"{_sql.Now} - @kept", StringComparison.Ordinal),
            ("@count", rows), ("@kept", (long)retention.TotalMilliseconds)),
        cancellation);

    /// <summary>Queues that rows wait for.</summary>
    public ValueTask<List<QueueName>> ParkedQueuesAsync(CancellationToken cancellation) => Commands.ListAsync(
        (connection, null), new Statement($"SELECT DISTINCT queue FROM {_byState} WHERE state = 4"), static row => new QueueName(row.GetString(0)), cancellation);

    /// <summary>
    /// Queues of which rows are unsent again that were refused: what was claimed behind those may not go before them. Looks at all unsent rows,
    /// once for each time that a relay takes the lock and finds claimed ones.
    /// </summary>
    public ValueTask<List<QueueName>> RefusedQueuesAsync(CancellationToken cancellation) => Commands.ListAsync(
        (connection, null), new Statement($"SELECT DISTINCT queue FROM {_byState} WHERE state = 0 AND refused_seq IS NOT NULL"),
        static row => new QueueName(row.GetString(0)), cancellation);

    /// <summary>The last of the next rows by id that wait for a queue, so many at most; null: there are none. By the index on (state, id).</summary>
    public ValueTask<long?> LastParkedAsync(QueueName queue, long after, CancellationToken cancellation) => Commands.NumberAsync(
        connection, null,
        new Statement(
            $"SELECT MAX(id) FROM (SELECT id FROM {_byState} WHERE state = 4 AND id > @after AND queue = @queue ORDER BY id LIMIT {UnparkRows}) c",
            ("@after", after), ("@queue", queue.Value)),
        cancellation);

    /// <summary>
    /// A queue can be opened: of what waits for it, the rows behind one and up to another are unsent again. Until all are nothing is to be
    /// claimed, so that nothing overtakes.
    /// </summary>
    public ValueTask<int> UnparkAsync(DbTransaction transaction, QueueName queue, (long After, long Last) rows, CancellationToken cancellation) => Commands.RunAsync(
        connection, transaction,
        new Statement(
            $"""
            UPDATE {_byState} SET state = 0, error = NULL, changed_at = {_sql.Now}
            WHERE state = 4 AND id > @after AND id <= @last AND queue = @queue
            """,
            ("@after", rows.After), ("@last", rows.Last), ("@queue", queue.Value)),
        cancellation);

    /// <summary>How many rows are in a state, counted up to a bound.</summary>
    public async ValueTask<long> CountAsync(OutboxRowState state, int most, CancellationToken cancellation) => await Commands.NumberAsync(
        connection, null,
        new Statement($"SELECT COUNT(*) FROM (SELECT 1 AS one FROM {_byState} WHERE state = {(int)state} LIMIT {most}) c"), cancellation).ConfigureAwait(false) ?? 0;

    /// <summary>How long the first row of those that are not sent has waited, of those that wait for their queue too; zero: there is none.</summary>
    public async ValueTask<TimeSpan> AgeAsync(CancellationToken cancellation)
    {
        string first = $"SELECT {_sql.Now} - created_at FROM {_byState} WHERE state = @state ORDER BY id LIMIT 1";
        long unsent = await Commands.NumberAsync(connection, null, new Statement(first, ("@state", 0)), cancellation).ConfigureAwait(false) ?? 0;
        long claimed = await Commands.NumberAsync(connection, null, new Statement(first, ("@state", 1)), cancellation).ConfigureAwait(false) ?? 0;
        long parked = await Commands.NumberAsync(connection, null, new Statement(first, ("@state", 4)), cancellation).ConfigureAwait(false) ?? 0;
        return TimeSpan.FromMilliseconds(Math.Max(0, Math.Max(unsent, Math.Max(claimed, parked))));
    }

    /// <summary>The database's clock.</summary>
    public async ValueTask<long> NowAsync(CancellationToken cancellation) =>
        (await Commands.NumberAsync(connection, null, new Statement($"SELECT {_sql.Now}"), cancellation).ConfigureAwait(false))!.Value;

    // A driver may count what has changed rather than what was found, and two renewals may come in one millisecond.
    private async ValueTask<bool> StillHasAsync(DbTransaction transaction, long token, CancellationToken cancellation) =>
        await Commands.NumberAsync(
            connection, transaction, new Statement($"SELECT token FROM {tables.Relay} WHERE id = 1{LockingRead}"), cancellation).ConfigureAwait(false) == token;

    private string LockingRead => tables.Database == DatabaseKind.Sqlite ? "" : " FOR UPDATE";

    private static ClaimedRow RowOf(DbDataReader row, bool isClaimed) => new()
    {
        Id = Commands.Number(row, 0)!.Value,
        Queue = new QueueName(row.GetString(1)),
        Routing = Commands.Bytes(row, 2),
        Priority = (int)Commands.Number(row, 3)!.Value,
        DeliverAt = Commands.Number(row, 4),
        ExpiresAt = Commands.Number(row, 5),
        IsAlone = Commands.Number(row, 6) != 0,
        RefusedSequence = Commands.Number(row, 7),
        Message = Commands.Bytes(row, 8)!,
        Claim = isClaimed ? Commands.Number(row, 9)!.Value : 0,
        ClaimedAt = Commands.Number(row, isClaimed ? 10 : 9)!.Value,
        Partition = isClaimed ? new PartitionNumber(checked((ushort)Commands.Number(row, 11)!.Value)) : default,
        Sequence = isClaimed ? Commands.Number(row, 12)!.Value : 0,
    };

    private static string Json<T>(IReadOnlyList<T> rows, Func<T, long?[]> numbers)
    {
        StringBuilder json = new("[");
        for (int i = 0; i < rows.Count; i++)
        {
            json.Append(i == 0 ? "[" : ",[");
            long?[] row = numbers(rows[i]);
            for (int column = 0; column < row.Length; column++)
            {
                json.Append(column == 0 ? "" : ",").Append(row[column]?.ToString(CultureInfo.InvariantCulture) ?? "null");
            }

            json.Append(']');
        }

        return json.Append(']').ToString();
    }
}
