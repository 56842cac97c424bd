namespace Forewave.Protocol.Frames;

/// <summary>Walks the runs of a Delivery. Allocates nothing; the frame's owner keeps it.</summary>
public ref struct DeliveryReader
{
    private const uint SubscriptionTag = 1 << 3 | ProtoTag.Varint;
    private const uint RunTag = 2 << 3 | ProtoTag.Bytes;
    private readonly ReadOnlySpan<byte> _frame;
    private ProtoReader _reader;

    private DeliveryReader(ReadOnlySpan<byte> frame, ByteRange payload)
    {
        _frame = frame;
        _reader = new ProtoReader(frame, payload);
    }

    /// <summary>The subscription's handle on the connection.</summary>
    public uint SubscriptionHandle { get; private set; }

    /// <summary>How many runs there are; 0 in the answer to a Receive that found no message.</summary>
    public int RunCount { get; private set; }

    /// <summary>What ended the walk early; none while it goes on and when it came to its end.</summary>
    public FrameProblem Problem { get; private set; }

    /// <summary>Checks the outer level of a Delivery and counts its runs.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> frame, ByteRange payload, out DeliveryReader delivery, out FrameProblem problem)
    {
        delivery = new DeliveryReader(frame, payload);
        problem = default;
        uint subscription = 0;
        int runs = 0;
        var reader = new ProtoReader(frame, payload);
        while (!reader.IsAtEnd)
        {
            bool read = reader.TryReadTag(out uint tag)
                && (tag == SubscriptionTag ? reader.TryReadUInt32(out subscription) : reader.TrySkip(tag));
            if (!read)
            {
                problem = FrameProblem.Broken("the frame's Delivery is broken");
                return false;
            }
            if (tag == RunTag)
                runs++;
        }
        delivery.SubscriptionHandle = subscription;
        delivery.RunCount = runs;
        return true;
    }

    /// <summary>Reads the next run. False at the end, and when <see cref="Problem"/> is set.</summary>
    public bool MoveNext(out DeliveredRunView run)
    {
        run = default;
        while (!_reader.IsAtEnd)
        {
            // The outer level was checked when the walk was opened.
            if (!_reader.TryReadTag(out uint tag))
                return false;
            if (tag != RunTag)
            {
                _reader.TrySkip(tag);
                continue;
            }
            _reader.TryReadRange(out var range);
            if (DeliveredRunReader.TryRead(_frame, range, out run))
                return true;
            Problem = FrameProblem.Broken("a DeliveredRun is broken, or has other fields after its messages");
            return false;
        }
        return false;
    }
}
