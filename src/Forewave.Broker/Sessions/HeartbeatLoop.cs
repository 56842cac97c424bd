namespace Forewave.Broker.Sessions;

/// <summary>The one timer of all sessions: a beat a second.</summary>
internal sealed class HeartbeatLoop
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private readonly SessionRegistry _sessions;
    private readonly TimeProvider _time;

    public HeartbeatLoop(SessionRegistry sessions, TimeProvider time)
    {
        _sessions = sessions;
        _time = time;
    }

    /// <summary>Beats until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Period, _time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            pulse.Beat();
            _sessions.Beat(_time.GetTimestamp());
        }
    }
}
