namespace Forewave.Protocol.Frames;

/// <summary>
/// Finds when a message that was validated before expires: what delivery looks at, without the cost of validating again.
/// Stateless; allocates nothing; never throws on what it is given.
/// </summary>
public static class ExpiryReader
{
    /// <summary>Unix time in milliseconds after which the message is not delivered; 0 where it names no time.</summary>
    /// <param name="message">The encoded message.</param>
    /// <param name="arrivalMilliseconds">Unix time in milliseconds of its arrival: a time to live counts from there.</param>
    public static long Read(ReadOnlySpan<byte> message, long arrivalMilliseconds)
    {
        ulong expiresAt = 0;
        ulong timeToLive = 0;
        var reader = new ProtoReader(message);
        while (!reader.IsAtEnd && reader.TryReadTag(out uint tag))
        {
            bool read = tag switch
            {
                MessageTag.ExpiresAt => reader.TryReadVarint(out expiresAt),
                MessageTag.TimeToLive => reader.TryReadVarint(out timeToLive),
                _ => reader.TrySkip(tag),
            };
            if (!read)
                return 0;
        }
        return timeToLive > 0 ? arrivalMilliseconds + (long)timeToLive : (long)expiresAt;
    }
}
