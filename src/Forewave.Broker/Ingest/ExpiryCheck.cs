using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>Whether a message may expire when it says. Stateless.</summary>
internal static class ExpiryCheck
{
    /// <summary>
    /// How long ago a time may be: as long as a producer may have tried to deliver the message. It is stored then, for its batch
    /// must not be refused for it, and expires at once.
    /// </summary>
    public static readonly TimeSpan LateArrival = TimeSpan.FromMinutes(10);

    /// <summary>Why not; null: it may.</summary>
    /// <param name="message">The message, which is valid.</param>
    /// <param name="arrival">When it arrived: a time to live counts from here.</param>
    /// <param name="due">When it is to be delivered; null: at once.</param>
    public static string? Problem(in MessageView message, Timestamp arrival, Timestamp? due)
    {
        var expiry = new Timestamp(message.TimeToLiveMilliseconds > 0
            ? arrival.UnixMilliseconds + message.TimeToLiveMilliseconds : message.ExpiresAtMilliseconds);
        if (expiry.CompareTo(arrival.Plus(-LateArrival)) < 0)
            return "expires_at has passed";
        if (expiry.CompareTo(arrival.Plus(Limits.MaxDelay)) > 0)
            return "expires_at is more than 10 years ahead";
        return due is { } time && expiry.CompareTo(time) < 0 ? "the message expires before it is due" : null;
    }

    /// <summary>The same for a message that is in the log already, as it stands in a run.</summary>
    public static bool ExpiresBefore(ReadOnlySpan<byte> run, Timestamp arrival, Timestamp due)
    {
        var walk = new MessageRun(run);
        long expiry = walk.MoveNext() ? ExpiryReader.Read(walk.Current, arrival.UnixMilliseconds) : 0;
        return expiry > 0 && expiry < due.UnixMilliseconds;
    }
}
