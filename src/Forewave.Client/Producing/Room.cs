namespace Forewave.Client.Producing;

/// <summary>
/// Where publishers wait while the buffer is full. Thread-safe; costs something only when somebody found no room, or waits.
/// </summary>
internal sealed class Room
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiting;
    private TaskCompletionSource? _refused;

    /// <summary>
    /// Somebody found no room; to be told before that is looked at for the last time, or under the lock under which it is: what opens from
    /// then on ends the wait, also when it does before the waiting begins.
    /// </summary>
    public void Refuse()
    {
        lock (_lock)
            _refused = Waiting();
    }

    /// <summary>Completes at the first <see cref="Open"/> after the last <see cref="Refuse"/>: at once where that was already.</summary>
    public Task WaitAsync()
    {
        lock (_lock)
            return (_refused ?? Waiting()).Task;
    }

    /// <summary>Completes at the next <see cref="Open"/>.</summary>
    public Task NextAsync()
    {
        lock (_lock)
            return Waiting().Task;
    }

    /// <summary>Lets everybody who waits look again.</summary>
    public void Open()
    {
        if (Volatile.Read(ref _waiting) is null)
            return;
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            waiting = _waiting;
            _waiting = null;
        }

        waiting?.SetResult();
    }

    private TaskCompletionSource Waiting() => _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
}
