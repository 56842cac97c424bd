using Forewave.Client.Connections;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Protocol.V1;
using Google.Protobuf;

namespace Forewave.Client.Transactions;

/// <summary>
/// A producer's way to one partition for transactions: makes it known on every connection as one that can be asked, and sends requests,
/// over the next connection again where one is lost. Each of them may be sent twice. Thread-safe.
/// </summary>
internal sealed class TransactionLane : ILinkParticipant
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    private readonly BrokerLink _link;
    private readonly ProducerOptions _options;
    private readonly TimeProvider _time;
    private readonly OpenProducer _open;
    private readonly CheckBackAnswers _answers;
    private volatile TaskCompletionSource<Introduced> _introduced = NewIntroduced();
    private volatile Introduced? _current;

    public TransactionLane(BrokerLink link, ProducerOptions options, ForewaveClientOptions client)
    {
        (_link, _options, _time) = (link, options, client.TimeProvider);
        _open = new OpenProducer
        {
            ProducerId = ByteString.CopyFrom(ProducerId.New().ToBytes()),
            Name = (options.Name ?? new ProducerName(client.Name)).Value,
            CheckBack = new CheckBackTerms
            {
                First = (uint)options.CheckBackTiming.First.TotalMilliseconds,
                Interval = (uint)options.CheckBackTiming.Interval.TotalMilliseconds,
                Checks = (uint)options.CheckBackTiming.Checks,
            },
        };
        _answers = new CheckBackAnswers(this, options, client);
    }

    /// <summary>The partition, as far as it is known: by the connection there is.</summary>
    public PartitionNumber? Partition => _current?.Partition;

    /// <summary>Completes when it is known there; faulted: it never will be.</summary>
    public Task Introduction => _introduced.Task;

    /// <summary>It is known there now.</summary>
    public bool IsHealthy => _current is { Connection.IsEnding: false };

    /// <summary>Begins.</summary>
    public void Join() => _link.Join(this);

    /// <summary>Ends, and has the broker ask others; completes when no question is being answered.</summary>
    public async ValueTask LeaveAsync()
    {
        Introduced? at = _current;
        _link.Leave(this);
        if (at is not null)
        {
            at.Connection.RemoveCheckBack(at.Producer);
            // A broker that knows of no transactions has nobody to ask.
            if (at.Connection.Capabilities.HasTransactions)
            {
                at.Connection.SendLast(new ClientFrame { Decide = new Decide { Producer = at.Producer } });
            }
        }

        await _answers.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Sends a request until it is answered.</summary>
    /// <param name="frameOf">Makes it for a connection.</param>
    /// <param name="cancellation">Ends the wait, not the request.</param>
    /// <exception cref="ForewaveException">
    /// It was refused; or <c>Timeout</c> (never sent) or <c>OutcomeUnknown</c> after the delivery deadline.
    /// </exception>
    public Task<ServerFrame> AskAsync(Func<Introduced, CancellationToken, ValueTask<ClientFrame>> frameOf, CancellationToken cancellation) =>
        AskAsync(frameOf, lost: null, cancellation);

    /// <summary>Sends a request until it is answered.</summary>
    /// <param name="frameOf">Makes it for a connection.</param>
    /// <param name="lost">Called each time that the request may have been done all the same: its connection ended before the answer, or that did not say.</param>
    /// <param name="cancellation">Ends the wait, not the request.</param>
    /// <exception cref="ForewaveException">
    /// It was refused; or <c>Timeout</c> (never sent) or <c>OutcomeUnknown</c> after the delivery deadline.
    /// </exception>
    public async Task<ServerFrame> AskAsync(
        Func<Introduced, CancellationToken, ValueTask<ClientFrame>> frameOf, Action? lost, CancellationToken cancellation)
    {
        long begun = _time.GetTimestamp();
        bool wasSent = false;
        bool wasLost = false;
        ForewaveException? refusal = null;
        try
        {
            while (true)
            {
                Introduced at = await _introduced.Task.WaitAsync(Left(begun), _time, cancellation).ConfigureAwait(false);
                RequestWaiter waiter = new();
                bool isAsked = false;
                try
                {
                    ClientFrame frame = await frameOf(at, cancellation).AsTask().WaitAsync(Left(begun), _time, cancellation).ConfigureAwait(false);
                    if (at.Connection.TryRequest(frame, waiter))
                    {
                        (wasSent, isAsked) = (true, true);
                        return await waiter.Task.WaitAsync(Left(begun), _time, cancellation).ConfigureAwait(false);
                    }
                }
                catch (ForewaveException refused) when (!at.Connection.IsEnding && !waiter.IsLost)
                {
                    if (refused.Retry != RetryAdvice.Same)
                    {
                        throw;
                    }

                    if (isAsked && refused.Stored != StoredOutcome.No)
                    {
                        // What comes back from the next try says nothing of this one.
                        wasLost = true;
                        lost?.Invoke();
                    }

                    (refusal, wasSent) = (refused, wasLost || (wasSent && refused.Stored != StoredOutcome.No));
                    await at.Connection.PauseAsync(refused.RetryAfter ?? RetryPause, cancellation).ConfigureAwait(false);
                    continue;
                }
                catch (ForewaveException ended) when (ended.Code != ErrorCode.ClientClosed)
                {
                    // The next connection gets it again. What that one answers says nothing of this try, unless this one was refused for certain.
                    if (waiter.IsLost || (isAsked && ended.Stored != StoredOutcome.No))
                    {
                        wasLost = true;
                        lost?.Invoke();
                    }
                }

                await at.Gone.Task.WaitAsync(Left(begun), _time, cancellation).ConfigureAwait(false);
            }
        }
        catch (TimeoutException e)
        {
            throw refusal is not null && !wasSent ? refusal
                : wasSent
                ? new ForewaveException(ErrorCode.OutcomeUnknown, $"No answer within {_options.DeliveryDeadline}.", e)
                : new ForewaveException(ErrorCode.Timeout, $"Not sent within {_options.DeliveryDeadline}: {_link.WhyAway ?? "the producer is not known to the broker yet"}.", e);
        }
    }

    /// <summary>The handle of a queue on a connection.</summary>
    /// <exception cref="ForewaveException">It was refused, or the connection ends.</exception>
    public async ValueTask<uint> OpenQueueAsync(Introduced at, QueueName queue, CancellationToken cancellation)
    {
        if (at.Queues.TryGetValue(queue, out uint known))
        {
            return known;
        }

        OpenQueue open = new() { Queue = queue.Value, Create = _options.CreateQueues };
        ServerFrame answer = await at.Connection.RequestAsync(new ClientFrame { OpenQueue = open }, cancellation).ConfigureAwait(false);
        at.Queues[queue] = answer.QueueOpened.Queue;
        return answer.QueueOpened.Queue;
    }

    /// <summary>Ends a transaction; returns how many messages it had.</summary>
    /// <exception cref="ForewaveException">
    /// <c>TransactionDecided</c>, <c>TransactionNotFound</c>, <c>OutcomeUnknown</c>, <c>Timeout</c>; <c>NotOwner</c>: another partition answers here now.
    /// </exception>
    public async Task<int> DecideAsync(TransactionId transaction, TransactionDecision decision, CancellationToken cancellation)
    {
        ServerFrame answer = await AskAsync(
            (at, _) => ValueTask.FromResult(new ClientFrame
            {
                Decide = new Decide { Producer = at.Producer, Transaction = PositionAt(at, transaction).Bits, Decision = decision },
            }),
            cancellation).ConfigureAwait(false);
        return (int)answer.Decided.Messages;
    }

    /// <summary>A transaction's number for a connection's partition: in another one the same number is another transaction.</summary>
    /// <exception cref="ForewaveException">NotOwner.</exception>
    public static LogPosition PositionAt(Introduced at, TransactionId transaction) => at.Partition == transaction.Partition
        ? transaction.Position
        : throw new ForewaveException(ErrorCode.NotOwner, $"Transaction {transaction} is not of partition {at.Partition}, which answers here.");

    async ValueTask ILinkParticipant.ConnectedAsync(Connection connection, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                // Also where none can be begun: those that are open have to be asked about and decided. A broker that knows of no
                // transactions passes over the terms.
                ServerFrame answer = await connection.RequestAsync(
                    new ClientFrame { OpenProducer = _open },
                    cancellation,
                    opened => connection.AddCheckBack(opened.ProducerOpened.Producer, new CheckBackPost(_answers, Introduced.PartitionOf(connection)))).ConfigureAwait(false);
                _current = new Introduced(connection, answer.ProducerOpened.Producer);
                _introduced.TrySetResult(_current);
                return;
            }
            catch (ForewaveException e) when (!connection.IsEnding && e.Retry != RetryAdvice.Never)
            {
                await connection.PauseAsync(e.RetryAfter ?? RetryPause, cancellation).ConfigureAwait(false);
            }
            catch (ForewaveException e) when (!connection.IsEnding)
            {
                Refuse(e);
                throw;
            }
        }
    }

    void ILinkParticipant.Disconnected(ForewaveException reason)
    {
        Introduced? before = _current;
        _current = null;
        // Whoever waits for the first introduction waits on.
        if (_introduced.Task.IsCompleted)
        {
            _introduced = NewIntroduced();
        }

        if (reason.Code == ErrorCode.ClientClosed)
        {
            Refuse(reason);
        }

        before?.Gone.TrySetResult();
    }

    private void Refuse(ForewaveException reason)
    {
        _introduced.TrySetException(reason);
        _ = _introduced.Task.Exception;
    }

    private TimeSpan Left(long begun)
    {
        TimeSpan left = _options.DeliveryDeadline - _time.GetElapsedTime(begun);
        return left > TimeSpan.Zero ? left : throw new TimeoutException();
    }

    private static TaskCompletionSource<Introduced> NewIntroduced() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
