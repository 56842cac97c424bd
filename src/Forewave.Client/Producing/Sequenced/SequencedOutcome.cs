using Forewave.Protocol;

namespace Forewave.Client.Producing.Sequenced;

/// <summary>What became of a batch; immutable.</summary>
/// <param name="Error">Why it, or a part of it, was refused; null: all of it is stored.</param>
/// <param name="Stored">Of a batch that was refused in part, which messages are stored all the same; null: none.</param>
internal sealed record SequencedOutcome(ForewaveException? Error, IReadOnlyList<bool>? Stored = null)
{
    /// <summary>All of it is stored.</summary>
    public static SequencedOutcome All { get; } = new((ForewaveException?)null);

    /// <summary>What was stored before, under these sequences or with these deduplication ids, is a part of it or all.</summary>
    public bool IsRepeat { get; init; }

    /// <summary>Whether the message at a place is stored.</summary>
    public bool IsStored(int message) => Error is null || Stored?[message] == true;

    public static SequencedOutcome Of(Protocol.V1.PublishedBatch answer) => answer.Duplicate ? OutcomeOf(answer) with { IsRepeat = true } : OutcomeOf(answer);

    private static SequencedOutcome OutcomeOf(Protocol.V1.PublishedBatch answer)
    {
        if (answer.Error is null)
        {
            // A position of 0 without an error: an earlier try was refused, and why was lost since.
            return answer.Positions.Any(position => position == 0)
                ? new SequencedOutcome(new ForewaveException(ErrorCode.PreviousRefused), [.. answer.Positions.Select(position => position != 0)])
                : All;
        }

        bool[]? stored = answer.Positions.Count == 0 ? null : [.. answer.Positions.Select(position => position != 0)];
        return new SequencedOutcome(Protocol.Frames.ErrorFrame.ToException(answer.Error), stored);
    }
}
