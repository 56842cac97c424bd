namespace Forewave.Protocol.Frames;

/// <summary>Walks the keys of a message that was validated; ends early at bytes that are no message.</summary>
public ref struct MessageKeys
{
    private ProtoReader _reader;

    internal MessageKeys(ReadOnlySpan<byte> encoded) => _reader = new ProtoReader(encoded);

    /// <summary>The key that the walk stands at, as UTF-8.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Steps to the next key.</summary>
    public bool MoveNext()
    {
        while (!_reader.IsAtEnd && _reader.TryReadTag(out uint tag))
        {
            if (tag == MessageTag.Key)
            {
                bool read = _reader.TryReadBytes(out var key);
                Current = key;
                return read;
            }
            if (!_reader.TrySkip(tag))
                return false;
        }
        return false;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly MessageKeys GetEnumerator() => this;
}
