namespace Forewave.Protocol.Frames;

/// <summary>One header of a message; its spans are parts of the encoded bytes, whose owner keeps them.</summary>
public readonly ref struct HeaderView
{
    private HeaderView(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>The name as UTF-8.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The value, any bytes.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Reads the structure of an encoded Header; the name is not looked at.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> encoded, out HeaderView header)
    {
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> value = default;
        header = default;
        var reader = new ProtoReader(encoded);
        while (!reader.IsAtEnd)
        {
            bool read = reader.TryReadTag(out uint tag) && tag switch
            {
                MessageTag.HeaderName => reader.TryReadBytes(out name),
                MessageTag.HeaderValue => reader.TryReadBytes(out value),
                _ => reader.TrySkip(tag),
            };
            if (!read)
                return false;
        }
        header = new HeaderView(name, value);
        return true;
    }
}
