namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>Continuations that wait until the test runs them.</summary>
internal sealed class HeldContext : SynchronizationContext
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _posted = new();

    public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

    /// <summary>Begins work whose continuations come here.</summary>
    public T Begin<T>(Func<T> work)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            return work();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Runs what waits.</summary>
    public void RunPosted()
    {
        while (_posted.TryDequeue(out (SendOrPostCallback Callback, object? State) posted))
        {
            Begin<object?>(() =>
            {
                posted.Callback(posted.State);
                return null;
            });
        }
    }
}
