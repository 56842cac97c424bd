namespace Forewave.Protocol.Frames;

/// <summary>
/// Walks the batches of a Publish. The messages are counted and left as they are; <see cref="MessageReader"/> validates them.
/// Allocates nothing; the frame's owner keeps it.
/// </summary>
public ref struct PublishReader
{
    private const uint ProducerTag = 1 << 3 | ProtoTag.Varint;
    private const uint BatchTag = 2 << 3 | ProtoTag.Bytes;
    private readonly ReadOnlySpan<byte> _frame;
    private ProtoReader _reader;
    private int _messageCount;

    private PublishReader(ReadOnlySpan<byte> frame, ByteRange payload)
    {
        _frame = frame;
        _reader = new ProtoReader(frame, payload);
    }

    /// <summary>The producer's handle on the connection.</summary>
    public uint ProducerHandle { get; private set; }

    /// <summary>How many batches there are.</summary>
    public int BatchCount { get; private set; }

    /// <summary>What ended the walk early; none while it goes on and when it came to its end.</summary>
    public FrameProblem Problem { get; private set; }

    /// <summary>Checks the outer level of a Publish and counts its batches.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="payload">Where the Publish stands in it.</param>
    /// <param name="publish">Stands before the first batch.</param>
    /// <param name="problem">Why not, when false.</param>
    public static bool TryOpen(ReadOnlySpan<byte> frame, ByteRange payload, out PublishReader publish, out FrameProblem problem)
    {
        publish = new PublishReader(frame, payload);
        problem = default;
        var reader = new ProtoReader(frame, payload);
        uint producer = 0;
        int batches = 0;
        while (!reader.IsAtEnd)
        {
            bool read = reader.TryReadTag(out uint tag)
                && (tag == ProducerTag ? reader.TryReadUInt32(out producer) : reader.TrySkip(tag));
            if (!read)
            {
                problem = FrameProblem.Broken("the frame's Publish is broken");
                return false;
            }
            if (tag == BatchTag)
                batches++;
        }
        publish.ProducerHandle = producer;
        publish.BatchCount = batches;
        if (batches == 0)
            problem = FrameProblem.Field("a Publish has no batches");
        else if (batches > Limits.BatchesPerFrame)
            problem = new FrameProblem(ErrorCode.TooManyMessages, "a Publish has more than 10,000 batches");
        return problem.IsNone;
    }

    /// <summary>Reads the next batch. False at the end, and when <see cref="Problem"/> is set.</summary>
    public bool MoveNext(out PublishBatchView batch)
    {
        batch = default;
        while (!_reader.IsAtEnd)
        {
            // The outer level was checked when the walk was opened.
            if (!_reader.TryReadTag(out uint tag))
                return false;
            if (tag != BatchTag)
            {
                _reader.TrySkip(tag);
                continue;
            }
            _reader.TryReadRange(out var range);
            if (!PublishBatchReader.TryRead(_frame, range, out batch, out var problem))
            {
                Problem = problem;
                return false;
            }
            _messageCount += batch.MessageCount;
            if (_messageCount <= Limits.MessagesPerFrame)
                return true;
            Problem = new FrameProblem(ErrorCode.TooManyMessages, "a Publish has more than 10,000 messages");
            return false;
        }
        return false;
    }
}
