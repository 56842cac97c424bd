namespace Forewave.Protocol.Frames;

/// <summary>Walks the runs of a Settle. Allocates nothing; the frame's owner keeps it.</summary>
public ref struct SettleReader
{
    private const uint RunTag = 1 << 3 | ProtoTag.Bytes;
    private ProtoReader _reader;
    private int _runCount;
    private long _messageCount;

    /// <param name="frame">The whole frame.</param>
    /// <param name="payload">Where the Settle stands in it.</param>
    public SettleReader(ReadOnlySpan<byte> frame, ByteRange payload) => _reader = new ProtoReader(frame, payload);

    /// <summary>What ended the walk early; none while it goes on and when it came to its end.</summary>
    public FrameProblem Problem { get; private set; }

    /// <summary>Reads the next run, whose own problem is to be looked at. False at the end, and when the walk has one.</summary>
    public bool MoveNext(out SettleRunView run)
    {
        run = default;
        while (!_reader.IsAtEnd)
        {
            if (_reader.TryReadTag(out uint tag))
            {
                if (tag != RunTag && _reader.TrySkip(tag))
                    continue;
                if (tag == RunTag && _reader.TryReadBytes(out var encoded) && SettleRunReader.TryRead(encoded, out run))
                {
                    _messageCount += run.Count;
                    if (++_runCount <= Limits.BatchesPerFrame && _messageCount <= Limits.SettledPerFrame)
                        return true;
                    Problem = new FrameProblem(
                        ErrorCode.TooManyMessages,
                        _runCount > Limits.BatchesPerFrame ? "a Settle has more than 10,000 runs" : "a Settle names more than 1,000,000 messages");
                    return false;
                }
            }
            Problem = FrameProblem.Broken("the frame's Settle is broken");
            return false;
        }
        return false;
    }
}
