using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Consuming;

/// <summary>
/// Messages of consecutive offsets that were delivered together, and what became of each: waiting, handed out, settled. Their
/// bytes never change. What changes is guarded by the consumer's lock.
/// </summary>
internal sealed class LeasedRun
{
    private int _position;
    private int _settledFront;
    private ulong[]? _settledBits;

    public LeasedRun(ConsumerLane lane, byte[] bytes, ByteRange messages)
    {
        Lane = lane;
        Bytes = bytes;
        Messages = messages;
        _position = messages.Start;
    }

    /// <summary>Where it came from.</summary>
    public ConsumerLane Lane { get; }

    public Consumer Consumer => Lane.Consumer;

    /// <summary>Shared with other runs of the same frame; never larger than 64 KiB, but for a single message.</summary>
    public byte[] Bytes { get; }

    /// <summary>The run's messages in the bytes.</summary>
    public ByteRange Messages { get; }

    public required SubscriptionTerms Terms { get; init; }

    public required Offset First { get; init; }

    public required int Count { get; init; }

    public required LogPosition FirstPosition { get; init; }

    public required long PublishTimeMilliseconds { get; init; }

    public required Attempt Attempt { get; init; }

    public required Epoch Epoch { get; init; }

    public required TimeSpan VisibilityTimeout { get; init; }

    public required string ProducerName { get; init; }

    public required bool IsRedriven { get; init; }

    /// <summary>Timestamp of its arrival.</summary>
    public required long Arrived { get; init; }

    /// <summary>How many messages the consumer had handed out when it came.</summary>
    public required long HandedOutBefore { get; init; }

    /// <summary>Neighbours among the runs that are not wholly settled.</summary>
    public LeasedRun? Before { get; set; }

    /// <inheritdoc cref="Before"/>
    public LeasedRun? After { get; set; }

    /// <summary>It stands among the runs that are not wholly settled.</summary>
    public bool IsListed { get; set; }

    /// <summary>Messages handed out: always those at the front.</summary>
    public int HandedOut { get; private set; }

    /// <summary>Messages that wait.</summary>
    public int Waiting => Count - HandedOut;

    /// <summary>Bytes of the messages that wait, as credit counts them.</summary>
    public int WaitingBytes => Messages.End - _position;

    /// <summary>Messages that are not settled.</summary>
    public int Unsettled { get; private set; }

    /// <summary>Nothing of it is settled. Called once, before it is used.</summary>
    public void Begin() => Unsettled = Count;

    /// <summary>Hands out the next messages, as many as wait and fit; how many.</summary>
    /// <param name="messages">Gets them, from its front on.</param>
    /// <param name="creditBytes">What they count against credit.</param>
    public int Take(Span<ReceivedMessage> messages, out int creditBytes)
    {
        MessageRun walk = new(Bytes.AsSpan(_position, Messages.End - _position));
        int count = Math.Min(messages.Length, Waiting);
        for (int i = 0; i < count && walk.MoveNext(); i++)
        {
            int length = walk.Current.Length;
            ByteRange encoded = new() { Start = _position + walk.Position - length, Length = length };
            messages[i] = new ReceivedMessage(this, encoded, HandedOut + i);
        }

        creditBytes = walk.Position;
        _position += creditBytes;
        HandedOut += count;
        return count;
    }

    /// <summary>The messages that wait are given up: they are not handed out any more.</summary>
    public void GiveUpWaiting()
    {
        HandedOut = Count;
        _position = Messages.End;
    }

    public bool IsSettled(int index) =>
        index < _settledFront || (_settledBits is { } bits && (bits[index >> 6] & (1UL << index)) != 0);

    /// <summary>Notes that messages are settled; those that were are not counted again.</summary>
    public void Settle(int index, uint count = 1)
    {
        int end = index + (int)count;
        if (index <= _settledFront && _settledBits is null)
        {
            Unsettled -= Math.Max(0, end - _settledFront);
            _settledFront = Math.Max(_settledFront, end);
            return;
        }

        for (; index < end; index++)
        {
            if (!IsSettled(index))
            {
                _settledBits ??= new ulong[(Count + 63) >> 6];
                _settledBits[index >> 6] |= 1UL << index;
                Unsettled--;
            }
        }
    }

    /// <summary>The ranges of messages from the front that are not settled.</summary>
    /// <param name="end">How many messages from the front are looked at.</param>
    public IEnumerable<(int Index, int Count)> UnsettledRanges(int end)
    {
        int first = _settledFront;
        for (int i = first; i < end; i++)
        {
            if (!IsSettled(i))
            {
                continue;
            }

            if (i > first)
            {
                yield return (first, i - first);
            }

            first = i + 1;
        }

        if (end > first)
        {
            yield return (first, end - first);
        }
    }

    /// <summary>A run of its leases to be settled.</summary>
    public SettleRun RunOf(int index, uint count, SettleVerb verb) => new()
    {
        Queue = Terms.Queue,
        Group = Terms.Group,
        First = First.Plus(index),
        Count = count,
        Attempt = Attempt,
        Epoch = Epoch,
        Verb = verb,
    };
}
