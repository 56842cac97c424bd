namespace Forewave.Server.Http.Events;

/// <summary>The offset of a message that a follower was sent, as on the wire; 0: of none.</summary>
internal readonly record struct EventPlace(long Offset)
{
    // The upper 8 bits name the priority (4 has 0 there), the rest counts.
    private const int BandShift = 56;

    /// <summary>Which priority it counts in.</summary>
    public long Band => Offset >> BandShift;
}
