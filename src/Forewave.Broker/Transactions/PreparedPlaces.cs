using Forewave.Protocol;

namespace Forewave.Broker.Transactions;

/// <summary>Where the messages of a batch are, and which of them are others' that have their deduplication ids.</summary>
/// <param name="count">How many messages.</param>
internal sealed class PreparedPlaces(int count)
{
    /// <summary>One for each message.</summary>
    public LogPosition[] Positions { get; } = new LogPosition[count];

    /// <summary>A bit for each message, the lowest first: it is another one.</summary>
    public byte[] Repeated { get; } = new byte[(count + 7) / 8];

    /// <summary>How many are others.</summary>
    public int RepeatCount { get; private set; }

    /// <summary>Whether each is where the one before ends.</summary>
    public bool AreConsecutive
    {
        get
        {
            for (int i = 1; i < Positions.Length; i++)
            {
                if (Positions[i].Bits != Positions[0].Bits + (ulong)i)
                    return false;
            }
            return true;
        }
    }

    /// <summary>Messages that are in the transaction, one behind the other.</summary>
    public void Place(Range messages, LogPosition first)
    {
        (int from, int length) = messages.GetOffsetAndLength(Positions.Length);
        for (int i = 0; i < length; i++)
            Positions[from + i] = first.Plus((ulong)i);
    }

    /// <summary>Messages that are not: others with their ids are at consecutive positions.</summary>
    public void Repeat(Range messages, LogPosition original)
    {
        Place(messages, original);
        (int from, int length) = messages.GetOffsetAndLength(Positions.Length);
        for (int i = from; i < from + length; i++)
            Repeated[i / 8] |= (byte)(1 << (i % 8));
        RepeatCount += length;
    }
}
