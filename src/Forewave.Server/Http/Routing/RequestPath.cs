using System.Text;
using Forewave.Protocol;

namespace Forewave.Server.Http.Routing;

/// <summary>
/// The target of a request as it stands on its first line, taken apart. Nothing is normalised: a dot segment is a segment, an
/// escaped slash is a part of its segment, and what is escaped wrongly is refused. So no path means another one.
/// </summary>
internal static class RequestPath
{
    /// <summary>Segments of the longest path.</summary>
    public const int MaxSegments = 10;

    /// <summary>The segments, unescaped; null when the target is not one of a path, or has more segments than any operation.</summary>
    /// <exception cref="ForewaveException"><c>RequestInvalid</c>: a segment is not UTF-8 in percent-encoding.</exception>
    public static string[]? Split(ReadOnlySpan<char> target)
    {
        int question = target.IndexOf('?');
        var path = question < 0 ? target : target[..question];
        if (path.IsEmpty || path[0] != '/')
            return null;
        Span<Range> ranges = stackalloc Range[MaxSegments + 1];
        path = path[1..];
        int count = path.Split(ranges, '/');
        if (count > MaxSegments)
            return null;
        string[] segments = new string[count];
        for (int i = 0; i < count; i++)
            segments[i] = Unescape(path[ranges[i]]);
        return segments;
    }

    /// <summary>What a segment means.</summary>
    /// <exception cref="ForewaveException"><c>RequestInvalid</c>.</exception>
    public static string Unescape(ReadOnlySpan<char> text)
    {
        if (!text.Contains('%'))
            return text.ToString();
        byte[] bytes = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                // The server took nothing but ASCII on the request's first line.
                bytes[length++] = (byte)text[i];
                continue;
            }
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                throw new ForewaveException(ErrorCode.RequestInvalid, "The target of the request has a '%' that two hexadecimal digits do not follow.");
            bytes[length++] = (byte)(Digit(text[i + 1]) << 4 | Digit(text[i + 2]));
            i += 2;
        }
        if (!System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, length)))
            throw new ForewaveException(ErrorCode.RequestInvalid, "The target of the request is not UTF-8.");
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static int Digit(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
