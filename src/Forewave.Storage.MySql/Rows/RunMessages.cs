namespace Forewave.Storage.MySql.Rows;

/// <summary>Takes a run of messages apart and puts it together: <c>7A length bytes</c> for each message.</summary>
internal static class RunMessages
{
    /// <summary>Greatest length of what stands before a message.</summary>
    public const int MaxHeadBytes = 1 + 5;

    private const byte Tag = 0x7A;

    /// <summary>Whether records of a type have a run; the payload of the others is one row's content as it is.</summary>
    public static bool HasRun(this RecordType type) => type is RecordType.Published or RecordType.Released or RecordType.Scheduled or RecordType.Prepared;

    /// <summary>Whether a record is about messages that have their ids from another one: its sequence is the first of those.</summary>
    public static bool NamesOriginal(this RecordType type) => type is RecordType.Released or RecordType.Rescheduled;

    /// <summary>Takes the next message off a run.</summary>
    /// <exception cref="InvalidDataException">There is none: the bytes are no run.</exception>
    public static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> run)
    {
        if (run.IsEmpty || run[0] != Tag)
        {
            throw new InvalidDataException("a run of messages has no message where one is to begin");
        }

        uint length = 0;
        int at = 1;
        for (int shift = 0; ; shift += 7)
        {
            byte part = run[at++];
            length |= (uint)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                break;
            }
        }

        ReadOnlySpan<byte> message = run.Slice(at, (int)length);
        run = run[(at + (int)length)..];
        return message;
    }

    /// <summary>Length of the first messages of a run.</summary>
    public static int BytesOf(ReadOnlySpan<byte> run, int count)
    {
        ReadOnlySpan<byte> left = run;
        for (; count > 0; count--)
        {
            Take(ref left);
        }

        return run.Length - left.Length;
    }

    /// <summary>Writes what stands before a message; returns its length.</summary>
    public static int WriteHead(Span<byte> into, int messageBytes)
    {
        into[0] = Tag;
        int at = 1;
        uint length = (uint)messageBytes;
        for (; length >= 0x80; length >>= 7)
        {
            into[at++] = (byte)(length | 0x80);
        }

        into[at++] = (byte)length;
        return at;
    }
}
