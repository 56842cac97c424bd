using Forewave.Broker.Ingest;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>
/// Makes the records of a commit: copies of the transaction's messages, in their order, under their ids. What names a delay becomes
/// scheduled. A message is published at the commit: delays, lives and times count from there. For whoever has the transactions' turn.
/// </summary>
/// <param name="lifeOf"><see cref="QueueLife"/> of a queue by its number; null: it was deleted, and its messages go with it.</param>
internal sealed class CommitDrafts(Func<uint, ulong?> lifeOf)
{
    private readonly List<PendingPlace> _places = [];
    private readonly List<uint> _queues = [];
    private readonly List<RecordDraft> _drafts = [];

    /// <summary>The records, without the decision. Their bytes are the reading's, until it is disposed.</summary>
    /// <exception cref="RefusedException">LogDamaged: a message rotted. Nothing was changed.</exception>
    /// <exception cref="StoreException">The store cannot read.</exception>
    public async ValueTask<RecordDraft[]> ReadAsync(Transaction transaction, DueReading reading, Timestamp now, CancellationToken cancellation)
    {
        _places.Clear();
        _queues.Clear();
        _drafts.Clear();
        foreach (var run in transaction.Runs)
            AddPlaces(run);
        var messages = _places.Count == 0 ? [] : await reading.ReadAsync(_places, cancellation);
        for (int i = 0; i < messages.Length; i++)
        {
            if (!messages[i].IsWhole)
                throw new RefusedException(ErrorCode.LogDamaged, $"message {i + 1} of transaction {transaction.Id} cannot be read; it can be rolled back.");
            Add(messages[i] with { PublishTime = now }, i == 0 ? messages[0] : messages[i - 1], _queues[i], now);
        }
        var drafts = ReleasedDrafts.Sealed(_drafts);
        for (int i = 0; i < drafts.Length; i++)
            drafts[i] = drafts[i] with { JoinsNext = true };
        _drafts.Clear();
        return drafts;
    }

    private void AddPlaces(PreparedRun run)
    {
        if (lifeOf(run.Queue) is null)
            return;
        for (int i = 0; i < run.Count; i++)
        {
            _places.Add(new PendingPlace(run.Lane.Reading, run.Place + i));
            _queues.Add(run.Queue);
        }
    }

    private void Add(in DueMessage message, in DueMessage before, uint queue, Timestamp now)
    {
        if (DueOf(ReleasedDrafts.ViewOf(message), now) is { } due)
            _drafts.Add(RescheduledRecord.Draft(message, DueStamp.Of(queue, RescheduledRecord.HasKeys(message), due, now)));
        else
            ReleasedDrafts.Add(_drafts, before, ReleasedDrafts.Of(message, queue, lifeOf(queue) ?? 0));
    }

    /// <summary>When a message is due; null: at once, also where its time has passed since it was prepared.</summary>
    private static Timestamp? DueOf(in MessageView view, Timestamp now)
    {
        bool isDue = !ScheduledSlices.TryDue(view, now, out var due, out _) || due is null || due.Value.CompareTo(now) <= 0;
        return isDue ? null : due;
    }
}
