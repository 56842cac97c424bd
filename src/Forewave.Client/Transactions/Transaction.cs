using Forewave.Client.Producing;
using Forewave.Client.Telemetry;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;
using Google.Protobuf;

namespace Forewave.Client.Transactions;

/// <summary>
/// Messages that become available together, at the commit, or not at all. What is published in it is durable at once and nobody receives it;
/// offset, publish time, delays and lives are those of the commit. Thread-safe: calls take effect one after the other.
/// <para>
/// Keep <see cref="Id"/> in the business database, in the same local transaction as the effect: when this program dies between the two
/// commits, the check-back handler is asked for it. Disposing rolls back what is not decided; what that cannot tell the broker the
/// handler is asked about.
/// </para>
/// </summary>
public sealed class Transaction : IAsyncDisposable
{
    private const int FrameBytes = 4 * 1024 * 1024;

    private readonly TransactionLane _lane;
    private readonly TimeProvider _time;
    private readonly Action _doubtSlots;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private ulong _next = 1;
    private volatile bool _isDecided;
    private bool _isDoubtful;

    /// <param name="lane">The way to its partition.</param>
    /// <param name="id">Its id.</param>
    /// <param name="time">The clock.</param>
    /// <param name="doubtSlots">Called when a message turns out to be of another partition.</param>
    internal Transaction(TransactionLane lane, TransactionId id, TimeProvider time, Action doubtSlots) =>
        (_lane, Id, _time, _doubtSlots) = (lane, id, time, doubtSlots);

    /// <summary>Names it at the broker, and in a check-back.</summary>
    public TransactionId Id { get; }

    /// <summary>
    /// Prepares a message; completes when it is durable. One round trip and one sync; several at once are cheaper by
    /// <see cref="PublishAsync(IReadOnlyList{TransactionMessage}, CancellationToken)"/>.
    /// </summary>
    /// <param name="queue">Its queue; made if there is none, unless the options or the broker say otherwise.</param>
    /// <param name="message">The message. With a deduplication id it counts as published at the commit.</param>
    /// <param name="cancellation">Ends the wait; then the transaction can only be rolled back.</param>
    /// <returns>
    /// With the id that the message has when it comes; a duplicate where a message with its deduplication id is stored, or is in this transaction: then
    /// with that one's, and it is not in the transaction.
    /// </returns>
    /// <exception cref="ForewaveException">
    /// The message breaks a limit or was refused: it is not in the transaction, which goes on. <c>TransactionTooLarge</c>, <c>TooManyTransactions</c>,
    /// <c>TransactionSpansPartitions</c>, <c>TransactionDecided</c>, <c>TransactionNotFound</c>; <c>DeduplicationIdHeld</c>: until the delivery deadline was over
    /// another transaction with a message of this id was not decided; <c>TooManyDeduplicationIds</c>. With <c>OutcomeUnknown</c> it can only be rolled back.
    /// </exception>
    public async ValueTask<Receipt> PublishAsync(QueueName queue, Message message, CancellationToken cancellation = default) =>
        (await PublishAsync([new TransactionMessage(queue, message)], cancellation).ConfigureAwait(false))[0];

    /// <summary>Prepares messages, in frames of up to 4 MiB: one round trip and one sync for each.</summary>
    /// <param name="messages">In this order they come; 10,000 in all at most.</param>
    /// <param name="cancellation">Ends the wait; then the transaction can only be rolled back.</param>
    /// <returns>In the order of the messages.</returns>
    /// <exception cref="ForewaveException">As for one message; those of the frames before are in the transaction.</exception>
    public async ValueTask<IReadOnlyList<Receipt>> PublishAsync(IReadOnlyList<TransactionMessage> messages, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        (QueueName Queue, ByteString Encoded)[] encoded = [.. messages.Select(message => (message.Queue, Encode(message.Message)))];
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            List<Receipt> receipts = new(encoded.Length);
            for (int done = 0; done < encoded.Length;)
            {
                int end = EndOfFrame(encoded, done);
                receipts.AddRange(await PrepareAsync(encoded[done..end], cancellation).ConfigureAwait(false));
                done = end;
            }

            return receipts;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Makes the messages available, all of them; completes when that is durable. One round trip and one sync. After <c>OutcomeUnknown</c> or
    /// <c>Timeout</c> it may be called again, and no roll-back is possible any more but by an answer of the check-back handler.
    /// </summary>
    /// <param name="cancellation">Ends the wait. Cancelled, even before anything was sent, the transaction is left to the check-back: disposing does not roll it back.</param>
    /// <exception cref="ForewaveException">
    /// <c>TransactionDecided</c>: it was rolled back, by a check-back or an operator. <c>TransactionNotFound</c>; <c>OutcomeUnknown</c>, <c>Timeout</c>.
    /// </exception>
    public async Task CommitAsync(CancellationToken cancellation = default)
    {
        // Whoever asks for the commit may have committed the business part: from here on disposing must not say otherwise, also when the wait
        // ends before anything was sent.
        _isDecided = true;
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_isDoubtful)
            {
                _isDecided = false;
                throw new ForewaveException(ErrorCode.OutcomeUnknown, $"Whether a message is in transaction {Id} is not known: roll it back.");
            }

            await _lane.DecideAsync(Id, TransactionDecision.Commit, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Drops the messages; completes when that is durable. One round trip and one sync. May be called again.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException"><c>TransactionDecided</c>: it was committed. <c>TransactionNotFound</c>; <c>OutcomeUnknown</c>, <c>Timeout</c>.</exception>
    public async Task RollBackAsync(CancellationToken cancellation = default)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _lane.DecideAsync(Id, TransactionDecision.RollBack, cancellation).ConfigureAwait(false);
            _isDecided = true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Rolls back what is not decided.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isDecided)
        {
            try
            {
                await RollBackAsync().ConfigureAwait(false);
            }
            catch (ForewaveException)
            {
                // It was decided by somebody else, or the broker is away: then it asks.
            }
        }

        _gate.Dispose();
    }

    /// <summary>It is left to the check-back: disposing does not roll it back.</summary>
    internal void Leave() => _isDecided = true;

    private async Task<IEnumerable<Receipt>> PrepareAsync((QueueName Queue, ByteString Encoded)[] messages, CancellationToken cancellation)
    {
        if (_isDoubtful)
        {
            throw new ForewaveException(ErrorCode.OutcomeUnknown, $"Whether a message is in transaction {Id} is not known: roll it back.");
        }

        ulong first = _next;
        bool isLost = false;
        _isDoubtful = true;
        try
        {
            ServerFrame answer = await _lane.AskAsync((at, token) => FrameOfAsync(at, first, messages, token), () => isLost = true, cancellation).ConfigureAwait(false);
            _isDoubtful = false;
            _next += (ulong)messages.Length;
            return ReceiptsOf(answer.Published, messages);
        }
        catch (ForewaveException refused) when (refused.Stored == StoredOutcome.No && !isLost)
        {
            _isDoubtful = false;
            if (refused.Code == ErrorCode.TransactionSpansPartitions)
            {
                _doubtSlots();
            }

            throw;
        }
        catch (ForewaveException refused) when (refused.Stored == StoredOutcome.No && refused.Code is not (ErrorCode.TransactionDecided or ErrorCode.TransactionNotFound))
        {
            // Over the connection that was lost they may have come all the same.
            throw new ForewaveException(ErrorCode.OutcomeUnknown, $"Whether messages are in transaction {Id} is not known: roll it back.", refused);
        }
    }

    private async ValueTask<ClientFrame> FrameOfAsync(Introduced at, ulong first, (QueueName Queue, ByteString Encoded)[] messages, CancellationToken cancellation)
    {
        Publish publish = new() { Producer = at.Producer };
        PublishBatch? batch = null;
        for (int i = 0; i < messages.Length; i++)
        {
            if (batch is null || messages[i].Queue != messages[i - 1].Queue)
            {
                uint queue = await _lane.OpenQueueAsync(at, messages[i].Queue, cancellation).ConfigureAwait(false);
                publish.Batches.Add(batch = new PublishBatch { Queue = queue, FirstSequence = first + (ulong)i });
            }

            batch.Messages.Add(messages[i].Encoded);
        }

        return new ClientFrame { Prepare = new Prepare { Transaction = TransactionLane.PositionAt(at, Id).Bits, Publish = publish } };
    }

    private IEnumerable<Receipt> ReceiptsOf(Published published, (QueueName Queue, ByteString Encoded)[] messages)
    {
        int batch = -1;
        ulong into = 0;
        for (int i = 0; i < messages.Length; i++, into++)
        {
            if (i == 0 || messages[i].Queue != messages[i - 1].Queue)
            {
                (batch, into) = (batch + 1, 0);
            }

            PublishedBatch of = published.Batches[batch];
            ulong position = of.Positions.Count > 0 ? of.Positions[(int)into] : of.FirstPosition + into;
            bool isRepeat = of.Duplicate || (into / 8 < (ulong)of.Repeated.Length && (of.Repeated[(int)into / 8] & (1 << (int)(into % 8))) != 0);
            yield return new Receipt(new MessageId(Id.Partition, LogPosition.FromBits(position)), (Protocol.Durability)of.Durability, isRepeat);
        }
    }

    private ByteString Encode(Message plain)
    {
        Message message = ClientSpans.InCurrent(plain);
        message.CheckValues(_time);
        if (!MessageWriter.TryMeasure(message.Fields, out int bytes, out FrameProblem problem))
        {
            throw problem.ToException();
        }

        byte[] inRun = new byte[MessageWriter.SizeInRun(bytes)];
        MessageWriter.Write(inRun, message.Fields, bytes);
        return UnsafeByteOperations.UnsafeWrap(inRun.AsMemory(inRun.Length - bytes));
    }

    private static int EndOfFrame((QueueName Queue, ByteString Encoded)[] messages, int from)
    {
        int end = from;
        int bytes = 0;
        while (end < messages.Length && end - from < Limits.MessagesPerFrame && (end == from || bytes + messages[end].Encoded.Length <= FrameBytes))
        {
            bytes += messages[end++].Encoded.Length;
        }

        return end;
    }
}
