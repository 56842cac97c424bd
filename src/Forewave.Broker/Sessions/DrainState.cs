using Forewave.Broker.Settings;
using Forewave.Protocol;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Sessions;

/// <summary>
/// A drain before a restart: clients are told to go and none is let in, but for connections of operators, until it is called off or the process
/// ends. It is not kept. Thread-safe.
/// </summary>
internal sealed class DrainState(SessionRegistry sessions, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private long _endsAt;
    private volatile bool _isOn;

    /// <summary>It goes on.</summary>
    public bool IsOn => _isOn;

    /// <summary>Connections of clients that are left.</summary>
    public int Left => sessions.All.Count(IsClient);

    /// <summary>Begins, or gives one that goes on another grace: clients are told, and are closed when it is over.</summary>
    public void Begin(TimeSpan grace)
    {
        lock (_gate)
        {
            _endsAt = time.GetTimestamp() + (long)(grace.TotalSeconds * time.TimestampFrequency);
            _isOn = true;
        }
        int told = 0;
        foreach (var session in sessions.All.Where(IsClient))
        {
            session.SendGoAway(ErrorCode.ShuttingDown, grace);
            told++;
        }
        SettingLog.DrainBegun(logger, told, (long)grace.TotalMilliseconds);
    }

    /// <summary>Calls it off: clients are let in again. False: there is none.</summary>
    public bool End()
    {
        lock (_gate)
        {
            if (!_isOn)
                return false;
            _isOn = false;
        }
        SettingLog.DrainEnded(logger);
        return true;
    }

    /// <summary>Closes who is left when the grace is over. From the one timer of all sessions.</summary>
    public void Beat(long now)
    {
        lock (_gate)
        {
            if (!_isOn || now < _endsAt)
                return;
        }
        foreach (var session in sessions.All.Where(IsClient))
            session.Close(ErrorCode.ShuttingDown);
    }

    // The host's own connections do what is asked over HTTP, which is refused where it is asked. Who has not said who it is, is refused with its hello
    // unless it is an operator; one who publishes or consumes is a client, whatever it calls itself.
    private static bool IsClient(Session session) =>
        session.IsGreeted && (!session.IsOfOperator || session.HasWork) && !session.Origin.IsOfHost;
}
