using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>
/// Decides over the batches of a frame by their sequences, and appends the new ones: one step under the producer's lock.
/// Stateless; a frame that found no room is tried again from where it stopped, and nothing of what was not appended is noted.
/// </summary>
internal sealed class PublishAdmission
{
    private const int RecordHeaderBytes = 64;
    private readonly IStore _store;
    private readonly PartitionHealth _health;
    private readonly IdAdmission _ids;

    public PublishAdmission(IStore store, PartitionHealth health, IdAdmission ids)
    {
        _store = store;
        _health = health;
        _ids = ids;
    }

    /// <summary>Refuses what is not taken at the moment.</summary>
    public required PublishGate Gate { get; init; }

    /// <summary>
    /// Admits the batches. False: there is no room, or ids have to be looked up; wait for it and call again. The session's hold is kept; the store has one of its own
    /// when it will tell of the commit.
    /// </summary>
    public bool TryAdmit(PendingPublish publish)
    {
        lock (publish.Producer.Gate)
        {
            if (!TryAdmitAll(publish))
                return false;
        }
        AwaitRest(publish);
        return true;
    }

    private bool TryAdmitAll(PendingPublish publish)
    {
        if (publish.Claims.Count == 0)
            return TryAdmitInTurn(publish);
        lock (_ids.Gate)
            return TryAdmitInTurn(publish);
    }

    private bool TryAdmitInTurn(PendingPublish publish)
    {
        while (publish.Admitted < publish.BatchCount)
        {
            if (!TryAdmitSome(publish))
                return false;
        }
        return true;
    }

    private bool TryAdmitSome(PendingPublish publish)
    {
        int end = Prepare(publish, out int draftCount);
        if (end == publish.Admitted)
            return false;
        var first = LogPosition.None;
        var outcome = AppendOutcome.Appended;
        bool owned = false;
        if (draftCount > 0)
        {
            var drafts = publish.Drafts[..draftCount];
            owned = publish.NeedsCommit && end == publish.BatchCount;
            if (owned)
            {
                drafts[^1] = WithOwner(drafts[^1], publish);
                publish.Hold();
            }
            outcome = _health.IsStopped ? AppendOutcome.Stopped : _store.TryAppend(drafts, out first);
            if (owned && outcome != AppendOutcome.Appended)
                publish.Unhold();
            if (outcome != AppendOutcome.Appended && publish.Claims.Count > 0)
                _ids.TakeBack(publish.Batches[publish.Admitted..end], publish.Claims.All);
            if (outcome == AppendOutcome.NoRoom)
                return false;
        }
        Note(publish, end, outcome, first);
        if (owned && outcome == AppendOutcome.Appended)
            publish.AwaitedPosition = LogPosition.None;
        publish.Admitted = end;
        return true;
    }

    /// <summary>Decides over batches until an append is full; makes the drafts of the new ones.</summary>
    private int Prepare(PendingPublish publish, out int draftCount)
    {
        draftCount = 0;
        var batches = publish.Batches;
        ulong next = publish.Producer.Sequences.Last + 1;
        int room = _store.MaxAppendBytes;
        ulong positions = 0;
        int i = publish.Admitted;
        for (; i < batches.Length; i++)
        {
            ref var batch = ref batches[i];
            int bytes = batch.Messages.Length + batch.RecordCount * RecordHeaderBytes;
            if (bytes > room && i > publish.Admitted)
                break;
            if (bytes > _store.MaxAppendBytes)
                RefuseTooLarge(ref batch);
            SequenceJudgement.Judge(ref batch, publish.Producer, ref next);
            if (batch.HasKeys)
                JudgeKeys(ref batch, publish.Producer.RefusedKeys);
            publish.NeedsCommit |= batch.KnownCount > 0;
            if (!batch.HasNew)
                continue;
            if (batch.ClaimCount > 0 && !_ids.TryDecide(publish, ref batch))
                break;
            Guard(publish, ref batch);
            if (!batch.HasNew)
            {
                NoteKeys(publish, batch);
                continue;
            }
            publish.NeedsCommit |= !batch.Queue!.Options.Relaxed || batch.RepeatCount > 0;
            batch.Offset = positions;
            positions += (ulong)(batch.Count - batch.KnownCount);
            draftCount = AddDrafts(publish, ref batch, draftCount);
            room -= bytes;
        }
        return i;
    }

    /// <summary>Refuses what is new and not taken at the moment; what is repeated altogether, by its sequences or its ids, is answered whatever is off.</summary>
    private void Guard(PendingPublish publish, ref PendingBatch batch)
    {
        bool isNew = batch.HasNew && batch.KnownCount + batch.RepeatCount < batch.Count;
        if (isNew && !Gate.Admits(ref batch, publish.Quota) && batch.ClaimCount > 0)
            _ids.TakeBackLast(ref batch, publish.Claims.All);
    }

    /// <summary>What comes behind a refused message of its key is refused; its own keys are remembered where it is refused itself.</summary>
    private static void JudgeKeys(ref PendingBatch batch, RefusedKeys refused)
    {
        if (batch.HasNew && refused.Any && refused.Blocks(batch))
            batch.Error = ErrorCode.PreviousRefused;
        bool inTurn = batch.Error is not (ErrorCode.ProducerUnknown or ErrorCode.SequenceGap or ErrorCode.SequenceTooOld);
        if (batch.Error != ErrorCode.None && inTurn && batch.KnownCount < batch.Count)
            refused.Note(batch);
    }

    private static void NoteKeys(PendingPublish publish, in PendingBatch batch)
    {
        if (batch.HasKeys)
            publish.Producer.RefusedKeys.Note(batch);
    }

    private static int AddDrafts(PendingPublish publish, ref PendingBatch batch, int count)
    {
        publish.ReserveDrafts(count + batch.RecordCount);
        IdAdmission.Place(batch, publish.Claims.All);
        if (batch.RepeatCount > 0)
            return RepeatDrafts.Add(batch, publish.Claims.All, publish.Producer.Number, publish.Drafts, count);
        return BatchDrafts.Add(batch, publish.Producer.Number, publish.Drafts, count);
    }

    /// <summary>A batch of which nearly each message is due at another time has as many records.</summary>
    private static void RefuseTooLarge(ref PendingBatch batch)
    {
        batch.Error = ErrorCode.TooManyMessages;
        batch.Detail = "the messages are due at so many times that they do not fit together; send fewer in a frame";
    }

    private static RecordDraft WithOwner(in RecordDraft draft, ICommitOwner owner) => new()
    {
        Type = draft.Type,
        Count = draft.Count,
        Queue = draft.Queue,
        Source = draft.Source,
        Sequence = draft.Sequence,
        Extra = draft.Extra,
        Payload = draft.Payload,
        PayloadCrc = draft.PayloadCrc,
        Owner = owner,
    };

    /// <summary>Writes down what became of the batches, in the frame and in the producer's sequences.</summary>
    private void Note(PendingPublish publish, int end, AppendOutcome outcome, LogPosition first)
    {
        var batches = publish.Batches;
        var sequences = publish.Producer.Sequences;
        for (int i = publish.Admitted; i < end; i++)
        {
            ref var batch = ref batches[i];
            var stored = LogPosition.None;
            if (batch.HasNew && outcome == AppendOutcome.Appended)
            {
                stored = first.Plus(batch.Offset);
                if (batch.ClaimCount > 0)
                    _ids.Note(batch, publish.Claims.All, first);
            }
            else if (batch.HasNew)
            {
                batch.Error = outcome.ErrorOf();
                NoteKeys(publish, batch);
            }
            var highest = batch.RepeatCount > 0
                ? RepeatFate.Note(ref batch, publish.Claims.All, sequences, first)
                : BatchFate.Note(ref batch, sequences, stored);
            if (highest > publish.AwaitedPosition)
                publish.AwaitedPosition = highest;
        }
    }

    /// <summary>Where no record of the frame carries the owner, the answer waits for the position itself.</summary>
    private void AwaitRest(PendingPublish publish)
    {
        if (!publish.NeedsCommit || publish.AwaitedPosition == LogPosition.None)
            return;
        // A message of a transaction is stored by its commit, which comes later than its position.
        var decided = _ids.DecidedThrough;
        publish.Hold();
        if (!_store.TryAwaitCommit(decided > publish.AwaitedPosition ? decided : publish.AwaitedPosition, publish, 0))
            publish.Unhold();
    }
}
