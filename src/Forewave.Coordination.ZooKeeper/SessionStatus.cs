using Forewave.Coordination.ZooKeeper.Interop;
using Forewave.Protocol;

namespace Forewave.Coordination.ZooKeeper;

/// <summary>
/// How a session stands, and who waits for it to change. Told by the library's thread, in the order in which it happened: a lost
/// connection is known here before the requests that were lost with it come back. Thread-safe.
/// </summary>
internal sealed class SessionStatus : IAsyncDisposable
{
    private readonly Bell _changed = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _gate = new();
    private Task _ending = Task.CompletedTask;

    internal SessionState State { get; private set; } = SessionState.Disconnected;

    internal CancellationToken Ended => _ended.Token;

    /// <summary>Done at the next change.</summary>
    internal Task Changed => _changed.Next;

    internal void Tell(NativeState state)
    {
        switch (state)
        {
            case NativeState.Connected:
                Become(SessionState.Connected);
                break;
            case NativeState.Expired or NativeState.AuthenticationFailed:
                End();
                break;
            default:
                Become(SessionState.Disconnected);
                break;
        }
    }

    /// <summary>The session is over.</summary>
    internal void End()
    {
        lock (_gate)
        {
            if (State == SessionState.Expired)
                return;
            State = SessionState.Expired;
            // Who was registered runs on the pool, not here.
            _ending = _ended.CancelAsync();
        }

        _changed.Ring();
    }

    /// <summary>Waits until a server is connected.</summary>
    /// <exception cref="ForewaveException">CoordinationExpired.</exception>
    internal async ValueTask WhenConnectedAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task changed = Changed;
            switch (State)
            {
                case SessionState.Connected:
                    cancellation.ThrowIfCancellationRequested();
                    return;
                case SessionState.Expired:
                    throw Expired();
                default:
                    await changed.WaitAsync(cancellation);
                    break;
            }
        }
    }

    internal static ForewaveException Expired() => new(ErrorCode.CoordinationExpired);

    public async ValueTask DisposeAsync()
    {
        End();
        await _ending;
        _ended.Dispose();
    }

    private void Become(SessionState state)
    {
        lock (_gate)
        {
            if (State == SessionState.Expired || State == state)
                return;
            State = state;
        }

        _changed.Ring();
    }
}
