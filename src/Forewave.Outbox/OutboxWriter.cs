using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Forewave.Client;
using Forewave.Client.Telemetry;
using Forewave.Outbox.Sql;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Outbox;

/// <summary>
/// Writes messages into the outbox, in the program's own transaction: they are published when it commits, and never when it does not.
/// Thread-safe; make one and keep it.
/// </summary>
public sealed class OutboxWriter
{
    private const int RowsPerStatement = 250;
    private const int BytesPerStatement = 1024 * 1024;
    private readonly OutboxTables _tables;
    private readonly TimeProvider _time;
    private readonly string _insert;
    private readonly string _now;

    /// <param name="tables">Where the outbox is.</param>
    /// <param name="time">The clock that relative delays and times to live count from. Default: the system's.</param>
    public OutboxWriter(OutboxTables tables, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(tables);
        _tables = tables;
        _time = time ?? TimeProvider.System;
        _now = Dialect.Of(tables.Database).Now;
        _insert = $"INSERT INTO {tables.Outbox} (queue, routing, priority, deliver_at, expires_at, created_at, state, changed_at, alone, message_bytes, message) VALUES ";
    }

    /// <summary>The tables that it writes to.</summary>
    public OutboxTables Tables => _tables;

    /// <summary>
    /// Writes a message. One statement, no round trip to a broker. A <see cref="Message.Delay"/> and a <see cref="Message.TimeToLive"/> count
    /// from now, not from the arrival at the broker: the relay may be behind.
    /// </summary>
    /// <param name="transaction">The program's transaction, which is still open.</param>
    /// <param name="queue">The queue; whether it may be made is the relay's setting.</param>
    /// <param name="message">Copied before this returns.</param>
    /// <param name="cancellation">Ends the wait for the database; the transaction is to be rolled back then.</param>
    /// <exception cref="ForewaveException">The message breaks a limit (2xx): nothing was written, the transaction is as it was.</exception>
    /// <exception cref="DbException">The database refuses.</exception>
    public ValueTask AddAsync(DbTransaction transaction, QueueName queue, Message message, CancellationToken cancellation = default) =>
        AddAsync(transaction, queue, [message], cancellation);

    /// <summary>
    /// Writes messages, which keep their order. A statement for every 250 of them, or for every MiB. All are checked before the first one is
    /// written.
    /// </summary>
    /// <inheritdoc cref="AddAsync(DbTransaction, QueueName, Message, CancellationToken)"/>
    public async ValueTask AddAsync(
        DbTransaction transaction, QueueName queue, IReadOnlyList<Message> messages, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(messages);
        DbConnection connection = transaction.Connection ?? throw new InvalidOperationException("The transaction is over.");
        NewRow[] rows = [.. messages.Select(message => RowOf(ClientSpans.InCurrent(message)))];
        for (int from = 0; from < rows.Length;)
        {
            int to = from;
            for (int bytes = 0; to < rows.Length && to - from < RowsPerStatement && (to == from || bytes + rows[to].Message.Length <= BytesPerStatement); to++)
            {
                bytes += rows[to].Message.Length;
            }

            await Commands.RunAsync(connection, transaction, InsertOf(queue, rows.AsSpan(from, to - from)), cancellation).ConfigureAwait(false);
            from = to;
        }
    }

    private Statement InsertOf(QueueName queue, ReadOnlySpan<NewRow> rows)
    {
        StringBuilder text = new(_insert);
        List<(string, object?)> parameters = [("@queue", queue.Value)];
        for (int i = 0; i < rows.Length; i++)
        {
            string n = i.ToString(CultureInfo.InvariantCulture);
            text.Append(i == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"(@queue, {Bytes("@r" + n, rows[i].Routing, parameters)}, {rows[i].Priority}, ");
            text.Append(CultureInfo.InvariantCulture, $"{Literal(rows[i].DeliverAt)}, {Literal(rows[i].ExpiresAt)}, {_now}, 0, {_now}, 0, {rows[i].Message.Length}, @m{n})");
            parameters.Add(("@m" + n, rows[i].Message));
        }

        return new Statement(text.ToString(), [.. parameters]);
    }

    private static string Bytes(string name, byte[]? value, List<(string, object?)> parameters)
    {
        if (value is null)
        {
            return "NULL";
        }

        parameters.Add((name, value));
        return name;
    }

    private static string Literal(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "NULL";

    private NewRow RowOf(in Message message)
    {
        DateTimeOffset now = _time.GetUtcNow();
        message.Check(_time);
        long? deliverAt = message.Delay > TimeSpan.Zero ? now.Add(message.Delay).ToUnixTimeMilliseconds() : message.DeliverAt?.ToUnixTimeMilliseconds();
        long? expiresAt = message.TimeToLive > TimeSpan.Zero ? now.Add(message.TimeToLive).ToUnixTimeMilliseconds() : message.ExpiresAt?.ToUnixTimeMilliseconds();
        CheckTimes(message, now, (deliverAt, expiresAt));
        // The times are columns: the relay may come when they have passed. With them, as it sends it, it is to fit too.
        Message timed = message with { Delay = TimeSpan.Zero, TimeToLive = TimeSpan.Zero, DeliverAt = TimeOf(deliverAt), ExpiresAt = TimeOf(expiresAt) };
        MessageFields fields = (timed with { DeliverAt = null, ExpiresAt = null }).Fields;
        if (!MessageWriter.TryMeasure(timed.Fields, out _, out FrameProblem problem) || !MessageWriter.TryMeasure(fields, out int encodedBytes, out problem))
        {
            throw problem.ToException();
        }

        byte[] encoded = new byte[MessageWriter.SizeInRun(encodedBytes)];
        MessageWriter.Write(encoded, fields, encodedBytes);
        string? routing = string.IsNullOrEmpty(message.OrderingKey) ? message.DeduplicationId : message.OrderingKey;
        return new NewRow
        {
            Routing = string.IsNullOrEmpty(routing) ? null : Encoding.UTF8.GetBytes(routing),
            Priority = string.IsNullOrEmpty(message.OrderingKey) ? message.Priority ?? Limits.DefaultPriority : Limits.DefaultPriority,
            DeliverAt = deliverAt,
            ExpiresAt = expiresAt,
            Message = encoded[^encodedBytes..],
        };
    }

    private static DateTimeOffset? TimeOf(long? milliseconds) => milliseconds is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null;

    private static void CheckTimes(in Message message, DateTimeOffset now, (long? DeliverAt, long? ExpiresAt) times)
    {
        if ((message.Delay > TimeSpan.Zero && message.DeliverAt is not null) || times.DeliverAt > now.Add(Limits.MaxDelay).ToUnixTimeMilliseconds())
        {
            throw new ForewaveException(ErrorCode.DeliveryTimeInvalid, "A message has a delay and a time of delivery, or is due in more than 10 years.");
        }

        if ((message.TimeToLive > TimeSpan.Zero && message.ExpiresAt is not null) || times.ExpiresAt > now.Add(Limits.MaxDelay).ToUnixTimeMilliseconds()
            || times.ExpiresAt < times.DeliverAt)
        {
            throw new ForewaveException(ErrorCode.ExpiryTimeInvalid, "A message has a time to live and a time of expiry, expires before it is due, or in more than 10 years.");
        }
    }

    private sealed record NewRow
    {
        public required byte[]? Routing { get; init; }

        public required int Priority { get; init; }

        public required long? DeliverAt { get; init; }

        public required long? ExpiresAt { get; init; }

        public required byte[] Message { get; init; }
    }
}
