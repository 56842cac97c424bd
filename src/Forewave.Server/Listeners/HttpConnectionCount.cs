namespace Forewave.Server.Listeners;

/// <summary>How many connections the port of HTTP has. Thread-safe.</summary>
internal sealed class HttpConnectionCount
{
    private int _open;

    /// <summary>Connections that are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>One comes; false: there are as many as there may be. Ends with <see cref="Leave"/> either way.</summary>
    public bool Enter(int most) => Interlocked.Increment(ref _open) <= most;

    /// <summary>One goes.</summary>
    public void Leave() => Interlocked.Decrement(ref _open);
}
