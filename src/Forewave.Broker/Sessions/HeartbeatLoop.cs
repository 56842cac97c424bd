namespace Forewave.Broker.Sessions;

/// <summary>The one timer of all sessions: a beat a second.</summary>
internal sealed class HeartbeatLoop
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private readonly SessionRegistry _sessions;
    private readonly DrainState _drain;
    private readonly TimeProvider _time;

    public HeartbeatLoop(SessionRegistry sessions, DrainState drain, TimeProvider time)
    {
        _sessions = sessions;
        _drain = drain;
        _time = time;
    }

    /// <summary>Beats until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Period, _time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            pulse.Beat();
            long now = _time.GetTimestamp();
            _sessions.Beat(now);
            _drain.Beat(now);
        }
    }
}
