using Forewave.Client.Producing.Sequenced;
using Forewave.Protocol;

namespace Forewave.Outbox.Relaying;

/// <summary>What the broker's answers make of rows. For one claim's part at one partition.</summary>
/// <param name="lane">The partition.</param>
/// <param name="session">Where they were sent.</param>
/// <param name="closed">Queues that could not be opened, and why.</param>
internal sealed class LaneAnswers(LaneState lane, SequencedSession session, IReadOnlyDictionary<QueueName, ForewaveException> closed)
{
    private readonly List<RowChange> _changes = [];
    private readonly HashSet<QueueName> _moved = [];
    private readonly Dictionary<QueueName, ForewaveException> _closed = [];
    private readonly HashSet<QueueName> _held = [];
    private ForewaveException? _refusal;
    private bool _isAbandoned;

    /// <summary>Nobody has sent any of the rows before: what is a repeat of something is not one of them.</summary>
    public required bool IsFirst { get; init; }

    public ClaimResult Read(IReadOnlyList<LaneFrame> frames, IReadOnlyList<IReadOnlyList<SequencedOutcome>> answers)
    {
        for (int frame = 0; frame < frames.Count; frame++)
        {
            for (int part = 0; part < frames[frame].Parts.Count; part++)
            {
                Read(frames[frame].Parts[part].Rows, answers[frame][part]);
            }
        }

        return new ClaimResult
        {
            Changes = _changes,
            Abandoned = _isAbandoned ? [lane.Partition] : [],
            Moved = [.. _moved],
            Closed = _closed,
            Held = [.. _held],
            Refusal = _refusal,
        };
    }

    private void Read(ClaimedRow[] rows, SequencedOutcome outcome)
    {
        if (IsFirst && outcome.IsRepeat && !Array.TrueForAll(rows, row => row.HasDeduplicationId()))
        {
            // Somebody else uses the producer id, a copy of the database for example: what is stored under these sequences is theirs.
            _changes.AddRange(rows.Select(row => new RowChange(row, OutboxRowState.Unsent, ErrorCode.None, row.IsAlone, null)));
            _isAbandoned = true;
            return;
        }

        if (outcome.Error is not { } error)
        {
            return;
        }

        QueueName queue = rows[0].Queue;
        if (error.Code == ErrorCode.UnknownHandle && closed.TryGetValue(queue, out ForewaveException? why))
        {
            error = why;
        }

        ForewaveException refusal = error;
        Note(queue, refusal);
        List<RowChange> changes = [.. rows.Where((_, place) => !outcome.IsStored(place)).Select(row => ChangeOf(row, refusal, rows.Length > 1))];
        _changes.AddRange(changes);
        if (changes.Exists(change => change.State == OutboxRowState.Unsent))
        {
            _held.Add(queue);
        }
    }

    private void Note(QueueName queue, ForewaveException error)
    {
        bool isClosed = closed.ContainsKey(queue) && error.Retry == RetryAdvice.Never;
        if (isClosed)
        {
            _closed[queue] = error;
        }

        if (error.Code is ErrorCode.NotOwner)
        {
            _moved.Add(queue);
        }

        // A handle is given for each opening, and none is ever given back: what has moved has the handle that it had, and what was sent
        // without one tells nothing of it.
        if (error.Code is ErrorCode.UnknownHandle or ErrorCode.QueueNotFound && !closed.ContainsKey(queue))
        {
            session.Forget(queue);
        }

        _isAbandoned |= error.Code is ErrorCode.SequenceGap or ErrorCode.ProducerUnknown;
        _refusal ??= isClosed || error.Code is ErrorCode.PreviousRefused ? null : error;
    }

    private RowChange ChangeOf(ClaimedRow row, ForewaveException error, bool hadOthers)
    {
        long? refused = row.Routing is null ? null : row.Sequence;
        if (_closed.ContainsKey(row.Queue))
        {
            return new RowChange(row, OutboxRowState.Parked, error.Code, row.IsAlone, refused);
        }

        return error.Code switch
        {
            // The broker has had the sequence, and has forgotten what became of it.
            ErrorCode.SequenceTooOld => new RowChange(row, OutboxRowState.SetAside, ErrorCode.OutboxInDoubt, row.IsAlone, refused),
            // It was never stored under the producer id that is given up.
            ErrorCode.SequenceGap or ErrorCode.ProducerUnknown => new RowChange(row, OutboxRowState.Unsent, ErrorCode.None, row.IsAlone, null),
            ErrorCode.PreviousRefused or ErrorCode.UnknownHandle or ErrorCode.QueueNotFound or ErrorCode.NotOwner =>
                new RowChange(row, OutboxRowState.Unsent, ErrorCode.None, row.IsAlone, refused),
            _ when error.Retry != RetryAdvice.Never => new RowChange(row, OutboxRowState.Unsent, ErrorCode.None, row.IsAlone, refused),
            _ when hadOthers => new RowChange(row, OutboxRowState.Unsent, ErrorCode.None, IsAlone: true, refused),
            _ => new RowChange(row, OutboxRowState.SetAside, error.Code, row.IsAlone, refused),
        };
    }
}
