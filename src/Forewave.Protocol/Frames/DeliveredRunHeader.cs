namespace Forewave.Protocol.Frames;

/// <summary>What stands before the messages of a DeliveredRun, to be written.</summary>
public readonly record struct DeliveredRunHeader
{
    /// <summary>The first message's offset.</summary>
    public required Offset First { get; init; }

    /// <summary>The first message's log position.</summary>
    public required LogPosition FirstPosition { get; init; }

    /// <summary>Unix time in milliseconds.</summary>
    public required long PublishTimeMilliseconds { get; init; }

    /// <summary>Which delivery this is.</summary>
    public required Attempt Attempt { get; init; }

    /// <summary>The epoch that gives the leases.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>How long the leases last.</summary>
    public required TimeSpan VisibilityTimeout { get; init; }

    /// <summary>The producer's name as UTF-8; kept until it is written.</summary>
    public ReadOnlyMemory<byte> ProducerName { get; init; }

    /// <summary>Whether they leave the dead letters by a redrive.</summary>
    public bool IsRedriven { get; init; }
}
