using System.Globalization;

namespace Forewave.Server.Http.Events;

/// <summary>
/// Where a follower is: everything that came into the queue before a time, and in each priority everything up to an offset. As text
/// <c>time.offset</c>, in a queue with priorities <c>time.offset,offset…</c> with one for each of them that had a message.
/// </summary>
/// <param name="Milliseconds">The time, in Unix milliseconds.</param>
/// <param name="Places">Of each priority the last offset that was looked at, none for those without.</param>
internal readonly record struct EventId(long Milliseconds, IReadOnlyList<EventPlace> Places)
{
    private const int MostPlaces = Protocol.Limits.MaxPriority + 1;

    /// <summary>Reads the text form.</summary>
    public static bool TryParse(string text, out EventId id)
    {
        id = default;
        string[] parts = text.Split('.');
        if (parts.Length != 2
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds)
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return false;
        }
        List<EventPlace> places = [];
        foreach (string part in parts[1].Length == 0 ? [] : parts[1].Split(',', MostPlaces + 1))
        {
            if (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long offset) || places.Count == MostPlaces)
                return false;
            places.Add(new EventPlace(offset));
        }
        id = new EventId(milliseconds, places);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Milliseconds}.{string.Join(',', Places.Select(place => place.Offset.ToString(CultureInfo.InvariantCulture)))}");
}
