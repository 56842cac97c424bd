namespace Forewave.Protocol.Frames;

/// <summary>Walks the answers of a Published, in the order of the request's batches. Allocates nothing.</summary>
public ref struct PublishedReader
{
    private const uint BatchTag = 1 << 3 | ProtoTag.Bytes;
    private const uint FirstPositionTag = 1 << 3 | ProtoTag.Fixed64;
    private const uint DurabilityTag = 2 << 3 | ProtoTag.Varint;
    private const uint DuplicateTag = 3 << 3 | ProtoTag.Varint;
    private const uint PositionsTag = 4 << 3 | ProtoTag.Bytes;
    private const uint UnpackedPositionTag = 4 << 3 | ProtoTag.Fixed64;
    private const uint ErrorTag = 5 << 3 | ProtoTag.Bytes;
    private const uint RepeatedTag = 6 << 3 | ProtoTag.Bytes;
    private readonly ReadOnlySpan<byte> _frame;
    private ProtoReader _reader;

    /// <param name="frame">The whole frame.</param>
    /// <param name="payload">Where the Published stands in it.</param>
    public PublishedReader(ReadOnlySpan<byte> frame, ByteRange payload)
    {
        _frame = frame;
        _reader = new ProtoReader(frame, payload);
    }

    /// <summary>What ended the walk early; none while it goes on and when it came to its end.</summary>
    public FrameProblem Problem { get; private set; }

    /// <summary>Reads the next answer. False at the end, and when <see cref="Problem"/> is set.</summary>
    public bool MoveNext(out PublishedBatchView batch)
    {
        batch = default;
        while (!_reader.IsAtEnd)
        {
            if (_reader.TryReadTag(out uint tag))
            {
                if (tag != BatchTag && _reader.TrySkip(tag))
                    continue;
                if (tag == BatchTag && _reader.TryReadRange(out var range) && TryReadBatch(range, out batch))
                    return true;
            }
            Problem = FrameProblem.Broken("the frame's Published is broken");
            return false;
        }
        return false;
    }

    private readonly bool TryReadBatch(ByteRange range, out PublishedBatchView batch)
    {
        batch = default;
        ulong position = 0, durability = 0;
        bool duplicate = false, hasPositions = false, refused = false;
        ReadOnlySpan<byte> positions = default, repeated = default;
        ByteRange error = default;
        var reader = new ProtoReader(_frame, range);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out uint tag))
                return false;
            // Generated parsers would join positions in several pieces and errors sent twice; no broker sends either.
            if (tag == UnpackedPositionTag || (tag == PositionsTag && hasPositions) || (tag == ErrorTag && refused))
                return false;
            hasPositions |= tag == PositionsTag;
            refused |= tag == ErrorTag;
            bool read = tag switch
            {
                FirstPositionTag => reader.TryReadFixed64(out position),
                DurabilityTag => reader.TryReadVarint(out durability),
                DuplicateTag => reader.TryReadBool(out duplicate),
                PositionsTag => reader.TryReadBytes(out positions) && positions.Length % sizeof(ulong) == 0,
                ErrorTag => reader.TryReadRange(out error),
                RepeatedTag => reader.TryReadBytes(out repeated),
                _ => reader.TrySkip(tag),
            };
            if (!read)
                return false;
        }
        batch = new PublishedBatchView(positions, repeated)
        {
            FirstPosition = LogPosition.FromBits(position),
            Durability = durability <= (ulong)Durability.SlaveReceived ? (Durability)durability : Durability.Unspecified,
            IsDuplicate = duplicate,
            IsRefused = refused,
            Error = error,
        };
        return true;
    }
}
