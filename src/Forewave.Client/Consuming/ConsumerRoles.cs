namespace Forewave.Client.Consuming;

/// <summary>
/// The role of one consumer, and who hears of its changes: on the thread pool, one call at a time, in order. Thread-safe. What a
/// listener throws goes to <paramref name="failed"/>.
/// </summary>
internal sealed class ConsumerRoles(Action<ConsumerRole>? listener, Action<Exception> failed) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly Queue<ConsumerRole> _untold = new();
    private ConsumerRole _current;
    private bool _isTelling;

    /// <summary>The role now.</summary>
    public ConsumerRole Current
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    /// <summary>The role is this one from now on.</summary>
    public void Set(ConsumerRole role)
    {
        lock (_lock)
        {
            if (role == _current)
            {
                return;
            }

            _current = role;
            if (listener is null)
            {
                return;
            }

            _untold.Enqueue(role);
            if (_isTelling)
            {
                return;
            }

            _isTelling = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (Next() is { } role)
        {
            Tell(role);
        }
    }

    private ConsumerRole? Next()
    {
        lock (_lock)
        {
            _isTelling = _untold.TryDequeue(out ConsumerRole role);
            return _isTelling ? role : null;
        }
    }

    private void Tell(ConsumerRole role)
    {
        try
        {
            listener!(role);
        }
        catch (Exception e)
        {
            failed(e);
        }
    }
}
