using System.Buffers;
using System.Buffers.Text;

namespace Forewave.Bench.Peers.Redis;

/// <summary>Writes commands in RESP: <c>*words␍␊</c>, then each word as <c>$bytes␍␊word␍␊</c>.</summary>
internal static class RespWriter
{
    private const int LongestHeaderBytes = 24;

    public static void Command(ArrayBufferWriter<byte> target, int words) => Header(target, (byte)'*', words);

    public static void Bulk(ArrayBufferWriter<byte> target, ReadOnlySpan<byte> word)
    {
        word.CopyTo(Bulk(target, word.Length));
    }

    /// <summary>A word whose bytes the caller fills in before anything else is written.</summary>
    public static Span<byte> Bulk(ArrayBufferWriter<byte> target, int bytes)
    {
        Header(target, (byte)'$', bytes);
        var word = target.GetSpan(bytes + 2)[..(bytes + 2)];
        "\r\n"u8.CopyTo(word[bytes..]);
        target.Advance(bytes + 2);
        return word[..bytes];
    }

    private static void Header(ArrayBufferWriter<byte> target, byte kind, int number)
    {
        var span = target.GetSpan(LongestHeaderBytes);
        span[0] = kind;
        Utf8Formatter.TryFormat(number, span[1..], out var digits);
        "\r\n"u8.CopyTo(span[(1 + digits)..]);
        target.Advance(1 + digits + 2);
    }
}
