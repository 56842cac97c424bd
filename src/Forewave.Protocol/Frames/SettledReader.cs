namespace Forewave.Protocol.Frames;

/// <summary>Walks the failures of a Settled; none means that all runs succeeded. Allocates nothing.</summary>
public ref struct SettledReader
{
    private const uint FailureTag = 1 << 3 | ProtoTag.Bytes;
    private const uint RunTag = 1 << 3 | ProtoTag.Varint;
    private const uint FirstTag = 2 << 3 | ProtoTag.Varint;
    private const uint CountTag = 3 << 3 | ProtoTag.Varint;
    private const uint ErrorTag = 4 << 3 | ProtoTag.Bytes;
    private readonly ReadOnlySpan<byte> _frame;
    private ProtoReader _reader;

    /// <param name="frame">The whole frame.</param>
    /// <param name="payload">Where the Settled stands in it.</param>
    public SettledReader(ReadOnlySpan<byte> frame, ByteRange payload)
    {
        _frame = frame;
        _reader = new ProtoReader(frame, payload);
    }

    /// <summary>What ended the walk early; none while it goes on and when it came to its end.</summary>
    public FrameProblem Problem { get; private set; }

    /// <summary>Reads the next failure. False at the end, and when <see cref="Problem"/> is set.</summary>
    public bool MoveNext(out SettleFailureView failure)
    {
        failure = default;
        while (!_reader.IsAtEnd)
        {
            if (_reader.TryReadTag(out uint tag))
            {
                if (tag != FailureTag && _reader.TrySkip(tag))
                    continue;
                if (tag == FailureTag && _reader.TryReadRange(out var range) && TryReadFailure(range, out failure))
                    return true;
            }
            Problem = FrameProblem.Broken("the frame's Settled is broken");
            return false;
        }
        return false;
    }

    private readonly bool TryReadFailure(ByteRange range, out SettleFailureView failure)
    {
        failure = default;
        uint run = 0, count = 0;
        ulong first = 0;
        bool hasError = false;
        ByteRange error = default;
        var reader = new ProtoReader(_frame, range);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out uint tag) || (tag == ErrorTag && hasError))
                return false;
            hasError |= tag == ErrorTag;
            bool read = tag switch
            {
                RunTag => reader.TryReadUInt32(out run),
                FirstTag => reader.TryReadVarint(out first),
                CountTag => reader.TryReadUInt32(out count),
                ErrorTag => reader.TryReadRange(out error),
                _ => reader.TrySkip(tag),
            };
            if (!read)
                return false;
        }
        if (!Offset.TryFrom(first, out var offset))
            return false;
        failure = new SettleFailureView { Run = run, First = offset, Count = count, Error = error };
        return true;
    }
}
