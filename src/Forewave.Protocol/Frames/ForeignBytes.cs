namespace Forewave.Protocol.Frames;

/// <summary>
/// Tells from what was read as a frame's length that the other side speaks another protocol, so that whoever mixed up two ports is
/// told so. All of these are far above the longest frame.
/// </summary>
internal static class ForeignBytes
{
    /// <summary>What the four bytes begin; null: nothing that is known.</summary>
    /// <param name="length">The bytes, in the order of a length.</param>
    public static string? Describe(uint length) => length switch
    {
        // "GET ", "POST", "PUT ", "HEAD", "DELE", "OPTI", "PATC", "CONN", "TRAC", "PRI " (HTTP/2), "HTTP" (an answer)
        0x47455420 or 0x504F5354 or 0x50555420 or 0x48454144 or 0x44454C45 or 0x4F505449 or 0x50415443 or 0x434F4E4E or 0x54524143
            or 0x50524920 or 0x48545450 => "these are bytes of HTTP, which has a port of its own, 7601 by default",
        // A TLS record: a handshake or an alert, of any version.
        _ when length >> 16 is 0x1603 or 0x1503 => "these are bytes of TLS, which this port does not speak",
        0x414D5150 => "these are bytes of AMQP, which this port does not speak",
        0x5353482D => "these are bytes of SSH, which this port does not speak",
        // A server's greeting.
        0x494E464F => "these are bytes of NATS, which this port does not speak",
        // "*1\r\n" and so on.
        _ when (length & 0xFF00FFFF) == 0x2A000D0A => "these are bytes of Redis, which this port does not speak",
        _ => null,
    };
}
