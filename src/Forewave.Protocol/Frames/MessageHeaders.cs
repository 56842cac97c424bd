namespace Forewave.Protocol.Frames;

/// <summary>Walks the headers of a message that was validated; ends early at bytes that are no message.</summary>
public ref struct MessageHeaders
{
    private ProtoReader _reader;

    internal MessageHeaders(ReadOnlySpan<byte> encoded) => _reader = new ProtoReader(encoded);

    /// <summary>The header that the walk stands at.</summary>
    public HeaderView Current { get; private set; }

    /// <summary>Steps to the next header.</summary>
    public bool MoveNext()
    {
        while (!_reader.IsAtEnd && _reader.TryReadTag(out uint tag))
        {
            if (tag == MessageTag.Header)
            {
                bool read = _reader.TryReadBytes(out var encoded) & HeaderView.TryRead(encoded, out var header);
                Current = header;
                return read;
            }
            if (!_reader.TrySkip(tag))
                return false;
        }
        return false;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly MessageHeaders GetEnumerator() => this;
}
