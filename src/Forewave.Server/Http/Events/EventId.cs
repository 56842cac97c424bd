using System.Globalization;

namespace Forewave.Server.Http.Events;

/// <summary>Where a follower is: the time of the last message that it was sent, and its offset. As text <c>time.offset</c>.</summary>
/// <param name="Milliseconds">When the message came into the queue, in Unix time.</param>
/// <param name="Place">Its offset.</param>
internal readonly record struct EventId(long Milliseconds, EventPlace Place)
{
    /// <summary>Reads the text form.</summary>
    public static bool TryParse(string text, out EventId id)
    {
        id = default;
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0
            || !long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds)
            || !long.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return false;
        }
        id = new EventId(milliseconds, new EventPlace(offset));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}.{Place.Offset}");
}
