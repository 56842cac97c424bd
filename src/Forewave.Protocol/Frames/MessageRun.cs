namespace Forewave.Protocol.Frames;

/// <summary>
/// Walks encoded messages that stand one after the other as <c>7A length bytes</c>: in a PublishBatch, in the log, in a
/// DeliveredRun. Usable in <c>foreach</c>. Never throws and never reads past the end; allocates nothing.
/// </summary>
public ref struct MessageRun
{
    private readonly ReadOnlySpan<byte> _run;
    private int _position;

    /// <param name="run">The messages; their owner keeps them.</param>
    public MessageRun(ReadOnlySpan<byte> run) => _run = run;

    /// <summary>The encoded message that the walk stands at, without its tag and length.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>How many bytes of the run lie before the end of <see cref="Current"/>.</summary>
    public readonly int Position => _position;

    /// <summary>Whether the walk ended at the run's end; false in the middle, and where it met bytes that are no message.</summary>
    public readonly bool IsAtEnd => _position == _run.Length;

    /// <summary>Whether what stopped the walk is a field other than a message, after at least one message.</summary>
    internal readonly bool IsFollowedByOtherFields =>
        _position > 0 && _position < _run.Length && _run[_position] != ProtoTag.Message;

    /// <summary>Steps to the next message. False at the end and where no whole message follows.</summary>
    public bool MoveNext()
    {
        if (!TryStep(out Range message))
        {
            Current = default;
            return false;
        }
        Current = _run[message];
        return true;
    }

    /// <summary>Counts the messages from where the walk stands to the end; false if other bytes stand among them.</summary>
    public bool TryCount(out int count)
    {
        count = 0;
        while (TryStep(out _))
            count++;
        return IsAtEnd;
    }

    /// <summary>How many bytes of the run the next <paramref name="messages"/> messages take; false if there are fewer.</summary>
    public bool TrySlice(int messages, out int byteCount)
    {
        int from = _position;
        byteCount = 0;
        for (int i = 0; i < messages; i++)
        {
            if (!TryStep(out _))
                return false;
        }
        byteCount = _position - from;
        return true;
    }

    /// <summary>For <c>foreach</c>.</summary>
    public readonly MessageRun GetEnumerator() => this;

    private bool TryStep(out Range message)
    {
        var rest = _run[_position..];
        message = default;
        if (rest.Length < 2 || rest[0] != ProtoTag.Message)
            return false;
        int headBytes = 2;
        uint length = rest[1];
        if (length >= 0x80)
        {
            if (rest.Length < 3)
                return false;
            length = length & 0x7F | (uint)rest[2] << 7;
            headBytes = 3;
            if (rest[2] >= 0x80 && !TryReadLongLength(rest, out length, out headBytes))
                return false;
        }
        if (length > (uint)(rest.Length - headBytes))
            return false;
        int start = _position + headBytes;
        _position = start + (int)length;
        message = start.._position;
        return true;
    }

    private static bool TryReadLongLength(ReadOnlySpan<byte> rest, out uint length, out int headBytes)
    {
        var reader = new ProtoReader(rest[1..]);
        bool read = reader.TryReadVarint(out ulong wide) && wide <= int.MaxValue;
        length = read ? (uint)wide : 0;
        headBytes = 1 + reader.Position;
        return read;
    }
}
