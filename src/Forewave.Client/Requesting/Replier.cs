using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Client.Requesting;

/// <summary>
/// Replies to requests of a <see cref="Requester"/>. Thread-safe; make one for a program and keep it: it has a connection of its own.
/// <para>
/// Reply first, ack then: a responder that dies in between is given the request again and replies again; the requester takes the
/// first reply.
/// </para>
/// </summary>
public sealed class Replier : IAsyncDisposable
{
    // A connection may have 65,536 handles, and reply queues come and go with the programs that ask.
    private const int QueuesPerConnection = 10_000;

    private readonly ForewaveClientOptions _options;
    private readonly ProducerName? _name;
    private readonly Lock _lock = new();
    private readonly List<Task> _retired = [];
    private ReplyWay? _way;
    private long _unwanted;
    private bool _isClosed;

    internal Replier(ForewaveClientOptions options, ProducerName? name)
    {
        _options = options;
        _name = name;
    }

    /// <summary>Replies to requesters that were gone.</summary>
    public long UnwantedReplies => Interlocked.Read(ref _unwanted);

    /// <summary>Whether a message asks for a reply.</summary>
    public static bool IsRequest(ReceivedMessage message) => RequestHeaders.AddressOf(message) is not null;

    /// <summary>Publishes the reply to a request; ack the request after it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="reply">Headers that begin with <c>forewave-</c> are added.</param>
    /// <param name="cancellation">Ends the wait; the reply may be stored all the same.</param>
    /// <returns>False: nobody waits any more, the reply queue is gone. Then the request is to be acked too.</returns>
    /// <exception cref="ForewaveException"><c>NotARequest</c>, and what publishing throws.</exception>
    public async ValueTask<bool> ReplyAsync(ReceivedMessage request, Message reply, CancellationToken cancellation = default)
    {
        if (RequestHeaders.AddressOf(request) is not { } address)
        {
            throw new ForewaveException(ErrorCode.NotARequest);
        }

        try
        {
            Message addressed = reply.With((RequestHeaders.Correlation, address.Correlation));
            await WayTo(address.Queue).Producer.PublishAsync(address.Queue, addressed, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (ForewaveException gone) when (gone.Code == ErrorCode.QueueNotFound)
        {
            Interlocked.Increment(ref _unwanted);
            return false;
        }
    }

    /// <summary>Tells the requester why its request failed: it gets <c>RequestFailed</c> with this text.</summary>
    /// <inheritdoc cref="ReplyAsync"/>
    public ValueTask<bool> FailAsync(ReceivedMessage request, string reason, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return ReplyAsync(request, new Message(default).With((RequestHeaders.Failure, reason)), cancellation);
    }

    /// <summary>
    /// Runs a handler for each request and replies with what it returns. What it throws is a failed attempt, and the request comes
    /// again; a <see cref="ForewaveException"/> with <c>RequestFailed</c> is told the requester instead. What is no request is
    /// rejected.
    /// </summary>
    /// <param name="consumer">Gives the requests.</param>
    /// <param name="handler">Makes the reply.</param>
    /// <param name="concurrency">How many run at once.</param>
    /// <param name="cancellation">Ends it, as <see cref="Consumer.RunAsync"/> says.</param>
    public Task RunAsync(
        Consumer consumer,
        Func<ReceivedMessage, CancellationToken, ValueTask<Message>> handler,
        int concurrency = 1,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        ArgumentNullException.ThrowIfNull(handler);
        return consumer.RunAsync((request, stop) => HandleAsync(request, handler, stop), concurrency, cancellation);
    }

    /// <summary>Ends it when what was replied before is answered.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            if (_way is not null)
            {
                _retired.Add(_way.DisposeAsync().AsTask());
                _way = null;
            }
        }

        await Task.WhenAll(_retired).ConfigureAwait(false);
    }

    private async ValueTask HandleAsync(
        ReceivedMessage request, Func<ReceivedMessage, CancellationToken, ValueTask<Message>> handler, CancellationToken cancellation)
    {
        if (!IsRequest(request))
        {
            await request.RejectAsync("it is no request: it has no reply address", cancellation).ConfigureAwait(false);
            return;
        }

        Message reply;
        try
        {
            reply = await handler(request, cancellation).ConfigureAwait(false);
        }
        catch (ForewaveException failed) when (failed.Code == ErrorCode.RequestFailed)
        {
            await FailAsync(request, failed.Detail ?? failed.Message, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        // What was done is told, though no further request is begun.
        await ReplyAsync(request, reply, CancellationToken.None).ConfigureAwait(false);
    }

    private ReplyWay WayTo(QueueName queue)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                throw new ForewaveException(ErrorCode.ClientClosed);
            }

            _way ??= new ReplyWay(_options, _name);
            if (!_way.TryNote(queue, QueuesPerConnection))
            {
                // Disposing waits for what is under way over it.
                _retired.RemoveAll(task => task.IsCompleted);
                _retired.Add(_way.DisposeAsync().AsTask());
                _way = new ReplyWay(_options, _name);
                _way.TryNote(queue, QueuesPerConnection);
            }

            return _way;
        }
    }
}
