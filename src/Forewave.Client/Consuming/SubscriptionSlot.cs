using Forewave.Protocol;

namespace Forewave.Client.Consuming;

/// <summary>The subscription that a consumer has, or waits for. Thread-safe.</summary>
internal sealed class SubscriptionSlot
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<Subscription> _next = NewNext();
    private volatile Subscription? _current;
    private ForewaveException? _fault;

    /// <summary>The one there is; null: none now.</summary>
    public Subscription? Current => _current;

    /// <summary>The one there is, or the next one.</summary>
    /// <exception cref="ForewaveException">There will be none.</exception>
    public Task<Subscription> NextAsync()
    {
        lock (_lock)
        {
            return _next.Task;
        }
    }

    /// <summary>There is one.</summary>
    public void Set(Subscription subscription)
    {
        lock (_lock)
        {
            Clear();
            _current = subscription;
            _next.TrySetResult(subscription);
        }
    }

    /// <summary>Takes it out; null: there was none.</summary>
    public Subscription? Take()
    {
        lock (_lock)
        {
            Subscription? taken = _current;
            Clear();
            return taken;
        }
    }

    /// <summary>There will be none any more; the first reason counts.</summary>
    public void Fail(ForewaveException fault)
    {
        lock (_lock)
        {
            _fault ??= fault;
            Clear();
            _next.TrySetException(_fault);
            _ = _next.Task.Exception;
        }
    }

    private void Clear()
    {
        _current = null;
        if (_next.Task.IsCompleted && _fault is null)
        {
            _next = NewNext();
        }
    }

    private static TaskCompletionSource<Subscription> NewNext() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
