using System.Buffers.Text;
using System.Text;

namespace Forewave.Bench.Peers.Redis;

/// <summary>Walks through answers in RESP 2 without copying them.</summary>
internal ref struct RespReader
{
    private ReadOnlySpan<byte> _rest;

    public RespReader(ReadOnlySpan<byte> answers) => _rest = answers;

    /// <summary>The length of the first answer with all that it nests; false while it is not whole.</summary>
    public static bool TryMeasure(ReadOnlySpan<byte> buffer, out int bytes)
    {
        bytes = 0;
        var at = 0;
        for (var values = 1; values > 0; values--)
        {
            if (!TryHeader(buffer[at..], out var number, out var headerBytes))
            {
                return false;
            }

            var kind = buffer[at];
            at += headerBytes;
            values += kind == '*' ? (int)Math.Max(0, number) : 0;
            at += kind == '$' && number >= 0 ? (int)number + 2 : 0;
            if (at > buffer.Length)
            {
                return false;
            }
        }

        bytes = at;
        return true;
    }

    public static void ThrowIfError(ReadOnlySpan<byte> answer)
    {
        if (answer[0] == '-')
        {
            throw new InvalidOperationException(Encoding.UTF8.GetString(answer[..answer.IndexOf((byte)'\r')]));
        }
    }

    /// <summary>Enters an array: how many values follow, -1 for none at all.</summary>
    public int ReadArray() => (int)ReadHeader('*');

    /// <summary>The next value, which is a bulk string.</summary>
    public ReadOnlySpan<byte> ReadBulk()
    {
        var bytes = (int)ReadHeader('$');
        var value = _rest[..bytes];
        _rest = _rest[(bytes + 2)..];
        return value;
    }

    private long ReadHeader(char kind)
    {
        if (_rest[0] != kind || !TryHeader(_rest, out var number, out var headerBytes))
        {
            ThrowIfError(_rest);
            throw new InvalidDataException($"RESP '{(char)_rest[0]}' came where '{kind}' was expected.");
        }

        _rest = _rest[headerBytes..];
        return number;
    }

    // The number of an error or a simple string has no meaning, and is 0.
    private static bool TryHeader(ReadOnlySpan<byte> buffer, out long number, out int bytes)
    {
        number = 0;
        var end = buffer.IndexOf((byte)'\n');
        bytes = end + 1;
        return end >= 0 && (Utf8Parser.TryParse(buffer[1..end], out number, out _) || true);
    }
}
