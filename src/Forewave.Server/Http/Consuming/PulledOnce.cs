using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Server.Http.Consuming;

/// <summary>What several partitions give to one receive: the first messages are handed on, those of others go back. Thread-safe.</summary>
/// <param name="deliver">Hands messages on, or none; called once.</param>
internal sealed class PulledOnce(Func<PulledMessages, SubscriptionTerms, Task> deliver)
{
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private (PulledMessages Messages, SubscriptionTerms Terms)? _none;
    private volatile ForewaveException? _missing;
    private int _isHandingOn;

    /// <summary>Messages were handed on, or it was tried.</summary>
    public bool IsTaken => _taken.Task.IsCompleted;

    /// <summary>Completes then.</summary>
    public Task Taken => _taken.Task;

    /// <summary>It is being tried, or was.</summary>
    public bool IsHandingOn => Volatile.Read(ref _isHandingOn) != 0;

    /// <summary>A partition has given something, or nothing.</summary>
    /// <exception cref="OperationCanceledException">Another one was first: the messages go back.</exception>
    public async Task DeliverAsync(PulledMessages messages, SubscriptionTerms terms)
    {
        if (messages.IsEmpty)
        {
            lock (_lock)
                _none = (messages, terms);
            return;
        }
        if (Interlocked.Exchange(ref _isHandingOn, 1) != 0)
            throw new OperationCanceledException("another partition was first");
        try
        {
            await deliver(messages, terms);
        }
        finally
        {
            _taken.TrySetResult();
        }
    }

    /// <summary>A partition has given no answer.</summary>
    public void Missing(ForewaveException error) => _missing = error;

    /// <summary>All were asked: where none has messages, that is handed on.</summary>
    /// <exception cref="ForewaveException">None has answered.</exception>
    public Task EndAsync()
    {
        if (IsHandingOn)
            return _taken.Task;
        lock (_lock)
            return _none is { } none ? deliver(none.Messages, none.Terms) : throw _missing ?? new ForewaveException(ErrorCode.Timeout);
    }
}
