namespace Forewave.Client.Producing;

/// <summary>Where publishers wait while the buffer is full. Thread-safe; costs something only when somebody waits.</summary>
internal sealed class Room
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiting;

    /// <summary>Completes at the next <see cref="Open"/>.</summary>
    public Task WaitAsync()
    {
        lock (_lock)
        {
            _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiting.Task;
        }
    }

    /// <summary>Lets everybody who waits look again.</summary>
    public void Open()
    {
        if (Volatile.Read(ref _waiting) is null)
        {
            return;
        }

        TaskCompletionSource? waiting;
        lock (_lock)
        {
            waiting = _waiting;
            _waiting = null;
        }

        waiting?.SetResult();
    }
}
