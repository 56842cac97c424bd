using Forewave.Protocol;

namespace Forewave.Broker.Ingest;

/// <summary>Consecutive messages of a batch with one fate: stored, or repeats of messages at consecutive positions.</summary>
internal readonly record struct RepeatPiece
{
    /// <summary>The first message's place in the batch.</summary>
    public required int First { get; init; }

    /// <summary>How many, at least 1.</summary>
    public required int Count { get; init; }

    /// <summary>They are not stored.</summary>
    public required bool IsRepeat { get; init; }

    /// <summary>Of repeats: where the first one's original is; none while that is in the same append.</summary>
    public LogPosition Original { get; init; }

    /// <summary>Of a repeat of a message in the same append: that claim's place, from 1; else 0.</summary>
    public int OriginalClaim { get; init; }
}
