namespace Forewave.Client.Consuming;

/// <summary>What one worker works on. Its worker begins and ends it, the timer looks at it: guarded by its own lock.</summary>
internal sealed class Work
{
    private readonly Lock _lock = new();
    private ReceivedMessage _message;
    private long _extended;
    private bool _isRunning;

    public void Begin(in ReceivedMessage message, long now)
    {
        lock (_lock)
        {
            (_message, _extended, _isRunning) = (message, Math.Min(now, message.Run.Arrived), true);
        }
    }

    public void End()
    {
        lock (_lock)
        {
            (_message, _isRunning) = (default, false);
        }
    }

    /// <summary>The message whose lease is to be extended now.</summary>
    public bool TryTakeDue(long now, TimeProvider time, out ReceivedMessage message)
    {
        lock (_lock)
        {
            message = _message;
            if (!_isRunning || time.GetElapsedTime(_extended, now) < message.Run.VisibilityTimeout / 3)
            {
                return false;
            }

            _extended = now;
            return true;
        }
    }
}
