namespace Forewave.Broker.Sessions;

/// <summary>Somebody who has more to send to a connection that is congested.</summary>
internal interface IDrainObserver
{
    /// <summary>
    /// The peer reads again, or is gone. Called on any thread, outside of the output's lock: only posts to its own loop.
    /// </summary>
    void Drained(ISessionOutput output);
}
