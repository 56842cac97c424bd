using System.Collections.Concurrent;
using Forewave.Client.Administration;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Client.Telemetry;
using Forewave.Protocol;

namespace Forewave.Client.Requesting;

/// <summary>
/// Publishes requests and gives each the reply that somebody published to it. Thread-safe; make one for a program and keep it: it
/// has a reply queue of its own, made with the first request, deleted when this is disposed, and by the broker when the program is
/// gone for <see cref="RequesterOptions.DeleteWhenIdle"/>.
/// <para>
/// At least once: a request may be handled twice (its responder died before its ack), and then have two replies, of which the first
/// counts. A reply that comes after its request was given up is dropped and counted. A request whose caller is gone is handled all
/// the same.
/// </para>
/// </summary>
public sealed class Requester : IAsyncDisposable
{
    private static readonly GroupName Group = new("replies");
    private static readonly TimeSpan Retention = TimeSpan.FromHours(1);

    private readonly ForewaveClient _client;
    private readonly RequesterOptions _options;
    private readonly TimeProvider _time;
    private readonly Producer _producer;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<ReceivedMessage>> _pending = new();
    private readonly Lock _lock = new();
    private Task<Consumer>? _opened;
    private Task _reading = Task.CompletedTask;
    private long _lateReplies;
    private int _count;
    private bool _isClosed;

    internal Requester(ForewaveClient client, RequesterOptions options, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPending, 1);
        _client = client;
        _options = options;
        _time = time;
        _producer = client.CreateProducer(new ProducerOptions { Name = options.Name });
        ReplyQueue = new QueueName($"reply.{Guid.NewGuid():n}");
    }

    /// <summary>The queue that replies come to.</summary>
    public QueueName ReplyQueue { get; }

    /// <summary>Requests that wait for their replies.</summary>
    public int Pending => Volatile.Read(ref _count);

    /// <summary>Replies that were dropped: their requests had been given up, or had a reply already.</summary>
    public long LateReplies => Interlocked.Read(ref _lateReplies);

    /// <summary>Publishes a request and waits for its reply. Costs two publishes and two deliveries.</summary>
    /// <param name="queue">Where somebody replies: <see cref="Replier"/>.</param>
    /// <param name="request">Headers that begin with <c>forewave-</c> are added.</param>
    /// <param name="timeout">For all of it. Default: <see cref="RequesterOptions.Timeout"/>.</param>
    /// <param name="cancellation">Ends the wait; the request may be handled all the same.</param>
    /// <returns>The reply, acked already.</returns>
    /// <exception cref="ForewaveException">
    /// <c>NoReply</c>: none came in time; <c>RequestFailed</c>: the responder says why; <c>BufferFull</c>: too many wait;
    /// <c>Timeout</c> and what publishing throws: the request was not stored, but for <c>OutcomeUnknown</c>.
    /// </exception>
    public async ValueTask<ReceivedMessage> RequestAsync(
        QueueName queue, Message request, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        using CancellationTokenSource deadline = new(timeout ?? _options.Timeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        string correlation = Guid.NewGuid().ToString("n");
        TaskCompletionSource<ReceivedMessage> reply = Expect(correlation);
        (bool isOpened, bool isStored) = (false, false);
        try
        {
            await OpenedAsync().WaitAsync(either.Token).ConfigureAwait(false);
            isOpened = true;
            Message addressed = request.With((RequestHeaders.ReplyTo, ReplyQueue.Value), (RequestHeaders.Correlation, correlation));
            await _producer.PublishAsync(queue, addressed, either.Token).ConfigureAwait(false);
            isStored = true;
            return Unwrap(await reply.Task.WaitAsync(either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw (isOpened, isStored) switch
            {
                (_, true) => new ForewaveException(ErrorCode.NoReply, $"Nobody replied to a request in queue {queue} within {timeout ?? _options.Timeout}."),
                (true, _) => new ForewaveException(ErrorCode.OutcomeUnknown, $"A request to queue {queue} was not answered as stored within {timeout ?? _options.Timeout}."),
                _ => new ForewaveException(
                    ErrorCode.Timeout, $"A request to queue {queue} was not sent within {timeout ?? _options.Timeout}: {_client.WhyAway ?? "the reply queue is not there yet"}."),
            };
        }
        finally
        {
            _pending.TryRemove(correlation, out _);
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Ends it: requests that wait fail with <c>ClientClosed</c>, the reply queue is deleted where the broker answers.</summary>
    public async ValueTask DisposeAsync()
    {
        Task<Consumer>? opened;
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            opened = _opened;
        }

        FailAll(new ForewaveException(ErrorCode.ClientClosed));
        await _producer.DisposeAsync().ConfigureAwait(false);
        if (opened is not null)
        {
            await CloseAsync(opened).ConfigureAwait(false);
        }
    }

    private async Task CloseAsync(Task<Consumer> opened)
    {
        try
        {
            Consumer consumer = await opened.ConfigureAwait(false);
            await consumer.DisposeAsync().ConfigureAwait(false);
            await _reading.ConfigureAwait(false);
            await _client.Administration.DeleteQueueAsync(ReplyQueue).ConfigureAwait(false);
        }
        catch (ForewaveException)
        {
            // The broker deletes it when nobody has used it for a while.
        }
    }

    private TaskCompletionSource<ReceivedMessage> Expect(string correlation)
    {
        if (Interlocked.Increment(ref _count) > _options.MaxPending)
        {
            Interlocked.Decrement(ref _count);
            throw new ForewaveException(ErrorCode.BufferFull, $"{_options.MaxPending} requests wait for their replies.");
        }

        TaskCompletionSource<ReceivedMessage> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[correlation] = reply;
        return reply;
    }

    private static ReceivedMessage Unwrap(ReceivedMessage reply) => RequestHeaders.Read(reply, RequestHeaders.Failure) is { } why
        ? throw new ForewaveException(ErrorCode.RequestFailed, why)
        : reply;

    private Task<Consumer> OpenedAsync()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                throw new ForewaveException(ErrorCode.ClientClosed);
            }

            return _opened is null or { IsFaulted: true } or { IsCanceled: true } ? _opened = OpenAsync() : _opened;
        }
    }

    private async Task<Consumer> OpenAsync()
    {
        try
        {
            QueueSettings settings = new() { Retention = Retention, DeleteWhenIdle = _options.DeleteWhenIdle };
            await _client.Administration.CreateQueueAsync(ReplyQueue, settings).ConfigureAwait(false);
        }
        catch (ForewaveException known) when (known.Code == ErrorCode.QueueExists)
        {
            // An earlier try made it, and its answer was lost.
        }

        Consumer consumer = _client.CreateConsumer(ReplyQueue, Group, new ConsumerOptions { CreateQueue = false });
        try
        {
            await consumer.SubscribedAsync().ConfigureAwait(false);
        }
        catch (ForewaveException)
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _reading = ReadAsync(consumer);
        return consumer;
    }

    private async Task ReadAsync(Consumer consumer)
    {
        try
        {
            await foreach (ReceivedMessage message in ((IAsyncEnumerable<ReceivedMessage>)consumer).ConfigureAwait(false))
            {
                Take(message);
                message.Ack();
            }
        }
        catch (ForewaveException ended)
        {
            // Somebody deleted the queue, or the broker did while this program could not reach it: the next request makes it anew.
            lock (_lock)
            {
                _opened = null;
            }

            FailAll(new ForewaveException(ErrorCode.NoReply, $"The reply queue is gone: {ended.Message}", ended));
            await consumer.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Take(ReceivedMessage message)
    {
        if (RequestHeaders.Read(message, RequestHeaders.Correlation) is { } correlation
            && _pending.TryRemove(correlation, out TaskCompletionSource<ReceivedMessage>? reply)
            && reply.TrySetResult(message))
        {
            return;
        }

        Interlocked.Increment(ref _lateReplies);
        ClientTelemetry.NoteLateReply();
    }

    private void FailAll(ForewaveException failure)
    {
        foreach (TaskCompletionSource<ReceivedMessage> reply in _pending.Values)
        {
            reply.TrySetException(failure.ForOneMore());
        }
    }
}
