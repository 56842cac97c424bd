namespace Forewave.Protocol.Frames;

/// <summary>Delivered messages of consecutive offsets that were published together and share their attempt.</summary>
public readonly ref struct DeliveredRunView
{
    /// <summary>The first message's offset.</summary>
    public Offset First { get; init; }

    /// <summary>The first message's log position; the n-th after it has one that is n higher.</summary>
    public LogPosition FirstPosition { get; init; }

    /// <summary>Unix time in milliseconds.</summary>
    public long PublishTimeMilliseconds { get; init; }

    /// <summary>Which delivery this is.</summary>
    public Attempt Attempt { get; init; }

    /// <summary>The epoch that gave the leases.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>How long the leases last from their being given.</summary>
    public TimeSpan VisibilityTimeout { get; init; }

    /// <summary>The producer's name as UTF-8; a part of the frame.</summary>
    public ReadOnlySpan<byte> ProducerName { get; init; }

    /// <summary>Whether they leave the dead letters by a redrive.</summary>
    public bool IsRedriven { get; init; }

    /// <summary>How many messages there are, at least 1.</summary>
    public int MessageCount { get; init; }

    /// <summary>The messages as they stand in the frame; <see cref="MessageRun"/> walks them.</summary>
    public ByteRange Messages { get; init; }
}
