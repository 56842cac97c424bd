using System.Globalization;

namespace Forewave.Server.Configuration;

/// <summary>Instants as people write them, in RFC 3339: <c>2026-12-24T18:00:00+01:00</c>.</summary>
internal static class TimeText
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads an instant; false when the text is none.</summary>
    public static bool TryParse(string text, out DateTimeOffset value)
    {
        // With an offset always: a time without one would mean another instant on each machine. The forms' K takes none for one.
        bool hasOffset = text is [.., 'Z'] or [.., '+' or '-', _, _, ':', _, _];
        bool isTime = DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out value);
        value = hasOffset ? value : default;
        return hasOffset && isTime;
    }
}
