using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Connections;

/// <summary>The unanswered requests of one connection. Thread-safe; bounded by whoever makes requests.</summary>
internal sealed class Requests
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, IAnswerHandler> _handlers = [];
    private TaskCompletionSource? _idle;
    private bool _isAnswering;
    private ulong _last;
    private ForewaveException? _closed;

    /// <summary>Gives a request its number. Null: the connection has ended.</summary>
    public CorrelationId? Add(IAnswerHandler handler)
    {
        lock (_lock)
        {
            if (_closed is not null)
            {
                return null;
            }

            _handlers.Add(++_last, handler);
            return new CorrelationId(_last);
        }
    }

    /// <summary>Takes the handler of an answer; null when nobody waits for it. For the receive loop, which then says <see cref="Answered"/>.</summary>
    public IAnswerHandler? Take(CorrelationId correlation)
    {
        lock (_lock)
        {
            _isAnswering = _handlers.Remove(correlation.Value, out IAnswerHandler? handler);
            return handler;
        }
    }

    /// <summary>The handler that was taken has been told: what it asked next is among the requests by now.</summary>
    public void Answered()
    {
        lock (_lock)
        {
            _isAnswering = false;
            if (_idle is not null && _handlers.Count == 0)
            {
                _idle.TrySetResult();
            }
        }
    }

    /// <summary>Completes as soon as nothing is unanswered, or the connection has ended. Asked for once.</summary>
    public Task IdleAsync()
    {
        lock (_lock)
        {
            if (_handlers.Count == 0 && !_isAnswering)
            {
                return Task.CompletedTask;
            }

            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <summary>The connection ended: tells everybody who waits, oldest request first.</summary>
    public void Close(ForewaveException reason)
    {
        KeyValuePair<ulong, IAnswerHandler>[] waiting;
        lock (_lock)
        {
            _closed = reason;
            waiting = [.. _handlers.OrderBy(one => one.Key)];
            _handlers.Clear();
            _idle?.TrySetResult();
        }

        foreach ((_, IAnswerHandler handler) in waiting)
        {
            handler.Lost(reason);
        }
    }
}
