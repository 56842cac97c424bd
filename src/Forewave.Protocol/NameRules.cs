using System.Buffers;
using System.Text;

namespace Forewave.Protocol;

/// <summary>What names and tags may be made of. Pure functions; they never throw and allocate nothing.</summary>
internal static class NameRules
{
    private static readonly SearchValues<char> QueueCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

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

    /// <summary>One or more characters, well-formed, no control character, no comma, at most so many bytes as UTF-8.</summary>
    public static bool IsText(ReadOnlySpan<char> text, int maxBytes)
    {
        if (text.IsEmpty || text.Length > maxBytes)
            return false;
        int bytes = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out int consumed) != OperationStatus.Done || IsRefused(rune))
                return false;
            bytes += rune.Utf8SequenceLength;
            text = text[consumed..];
        }
        return bytes <= maxBytes;
    }

    /// <summary>The same over UTF-8.</summary>
    public static bool IsText(ReadOnlySpan<byte> utf8, int maxBytes)
    {
        if (utf8.IsEmpty || utf8.Length > maxBytes)
            return false;
        while (!utf8.IsEmpty)
        {
            byte first = utf8[0];
            int consumed = 1;
            if (first < 0x80)
            {
                if (first is < 0x20 or 0x7F or (byte)',')
                    return false;
            }
            else if (Rune.DecodeFromUtf8(utf8, out var rune, out consumed) != OperationStatus.Done || IsRefused(rune))
            {
                return false;
            }
            utf8 = utf8[consumed..];
        }
        return true;
    }

    private static bool IsRefused(Rune rune) => Rune.IsControl(rune) || rune.Value == ',';
}
