namespace Forewave.Broker.Sessions;

/// <summary>Waits, when the broker stops, until the peers have gone or have nothing in flight any more.</summary>
internal static class SessionDrain
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Completes when nothing is in flight, the grace is over, or it is cancelled.</summary>
    public static async Task WaitAsync(SessionRegistry sessions, TimeSpan grace, TimeProvider time, CancellationToken cancellation)
    {
        long start = time.GetTimestamp();
        try
        {
            while (!IsIdle(sessions) && time.GetElapsedTime(start) < grace)
                await Task.Delay(Look, time, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The grace was cut short.
        }
    }

    private static bool IsIdle(SessionRegistry sessions) =>
        sessions.All.All(session => session.Output.InFlight == 0);
}
