using System.Buffers;
using System.Text;

namespace Forewave.Protocol;

/// <summary>What names and tags may be made of. Pure functions; they never throw and allocate nothing.</summary>
internal static class NameRules
{
    private static readonly SearchValues<char> QueueCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");
    private static readonly SearchValues<char> UserCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._@-");

    /// <summary><c>[a-z0-9][a-z0-9._-]{0,63}</c> with at most 32 of '.' and '-', or the same after a '$'.</summary>
    public static bool IsQueueName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name.Length > Limits.NameBytes)
            return false;
        var own = name[0] == '$' ? name[1..] : name;
        if (own.IsEmpty || !char.IsAsciiLetterLower(own[0]) && !char.IsAsciiDigit(own[0]))
            return false;
        if (own.ContainsAnyExcept(QueueCharacters))
            return false;
        return own.Count('.') + own.Count('-') <= Limits.QueueNameSeparators;
    }

    /// <summary><c>[a-z0-9][a-z0-9._@-]{0,63}</c>: no colon, which ends a name in HTTP's Basic.</summary>
    public static bool IsUserName(ReadOnlySpan<char> name) => !name.IsEmpty && name.Length <= Limits.NameBytes
        && (char.IsAsciiLetterLower(name[0]) || char.IsAsciiDigit(name[0])) && !name.ContainsAnyExcept(UserCharacters);

    /// <summary>The beginning of a queue's name; empty: of all.</summary>
    public static bool IsQueuePrefix(ReadOnlySpan<char> prefix) => prefix.IsEmpty || prefix.Length < Limits.NameBytes && IsQueueName(prefix);

    /// <summary>One or more characters, well-formed, no control character, no comma, at most so many bytes as UTF-8.</summary>
    public static bool IsText(ReadOnlySpan<char> text, int maxBytes) => IsText(text, maxBytes, ',');

    /// <summary>The same over UTF-8.</summary>
    public static bool IsText(ReadOnlySpan<byte> utf8, int maxBytes) => IsText(utf8, maxBytes, (byte)',');

    /// <summary>One or more characters, well-formed, no control character.</summary>
    public static bool IsHeaderName(ReadOnlySpan<char> name) => IsText(name, Limits.HeadersBytes, '\0');

    /// <summary>The same over UTF-8.</summary>
    public static bool IsHeaderName(ReadOnlySpan<byte> utf8) => IsText(utf8, Limits.HeadersBytes, 0);

    /// <summary>Whether no surrogate stands alone, so that it has a UTF-8 form.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }
        return true;
    }

    private static bool IsText(ReadOnlySpan<char> text, int maxBytes, char refused)
    {
        if (text.IsEmpty || text.Length > maxBytes)
            return false;
        int bytes = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out int consumed) != OperationStatus.Done)
                return false;
            if (Rune.IsControl(rune) || text[0] == refused)
                return false;
            bytes += rune.Utf8SequenceLength;
            text = text[consumed..];
        }
        return bytes <= maxBytes;
    }

    private static bool IsText(ReadOnlySpan<byte> utf8, int maxBytes, byte refused)
    {
        if (utf8.IsEmpty || utf8.Length > maxBytes)
            return false;
        for (int i = 0; i < utf8.Length;)
        {
            byte first = utf8[i];
            if (first >= 0x80)
            {
                if (Rune.DecodeFromUtf8(utf8[i..], out var rune, out int consumed) != OperationStatus.Done || Rune.IsControl(rune))
                    return false;
                i += consumed;
                continue;
            }
            if (first < 0x20 || first == 0x7F || first == refused)
                return false;
            i++;
        }
        return true;
    }
}
