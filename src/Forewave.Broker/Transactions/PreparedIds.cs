using Forewave.Broker.Deduplication;
using Forewave.Broker.Ingest;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>
/// The deduplication ids of what transactions prepare: held from the Prepare on, known from the commit on, free again at the roll-back. Each
/// changes in one step with its append, under the gate of the known ids, which is inside the transactions' turn. For whoever has that.
/// </summary>
internal sealed class PreparedIds(IStore store, DeduplicationStage ids)
{
    private readonly DeduplicationStage _ids = ids;
    private readonly IdAdmission _admission = new(ids);

    /// <summary>How many ids are held. Any thread.</summary>
    public int HeldCount => _ids.HeldCount;

    /// <summary>Finds the ids of valid batches. Any thread.</summary>
    public IdClaims Collect(Span<PendingBatch> batches)
    {
        var claims = new IdClaims();
        ulong offset = 0;
        foreach (ref var batch in batches)
        {
            batch.Offset = offset;
            offset += (ulong)batch.Count;
            if (!batch.HasIds)
                continue;
            _admission.Collect(ref batch, claims);
            foreach (ref var claim in claims.All[batch.FirstClaim..])
                claim.Offset = batch.Offset + (ulong)claim.Message;
        }
        return claims;
    }

    /// <summary>Appends a Prepare, waiting for room; returns the position of its first message.</summary>
    /// <param name="request">Its batches and claims are decided when this returns.</param>
    /// <param name="draftsOf">Makes the records when they are; what it throws leaves everything as it was.</param>
    /// <param name="cancellation">Ends waiting and reading.</param>
    /// <exception cref="RefusedException">DeduplicationIdHeld, TooManyDeduplicationIds, LogDamaged and what the store refuses: nothing was appended.</exception>
    public async ValueTask<LogPosition> PrepareAsync(PrepareRequest request, Func<RecordDraft[]> draftsOf, CancellationToken cancellation)
    {
        if (request.Claims.Count == 0)
            return await store.AppendAsync(draftsOf(), cancellation);
        bool looksUp = _ids.Lookups.Probe(request.Claims.All);
        while (true)
        {
            if (looksUp)
                await LookUpAsync(request.Claims, cancellation);
            var outcome = TryPrepare(request, draftsOf, out var appended, out var first);
            looksUp = outcome == ClaimOutcome.LookUp;
            if (looksUp)
                continue;
            ThrowIfRefused(outcome);
            if (appended == AppendOutcome.Appended)
                return first;
            appended.ThrowIfRefused();
            await store.WaitForRoomAsync(cancellation);
        }
    }

    /// <summary>Appends a decision, waiting for room; returns its position.</summary>
    /// <param name="decided">What is decided.</param>
    /// <param name="drafts">The records; the last one is the decision.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="RefusedException">What the store refuses: nothing was appended.</exception>
    public async ValueTask<LogPosition> DecideAsync(DecidedRecord decided, RecordDraft[] drafts, CancellationToken cancellation)
    {
        ulong before = (ulong)drafts[..^1].Sum(draft => (long)draft.Count);
        if (!HasIds(decided.Transaction))
            return (await store.AppendAsync(drafts, cancellation)).Plus(before);
        while (true)
        {
            var outcome = TryDecide(decided, drafts, out var appended, out var position);
            if (outcome == ClaimOutcome.Wait)
            {
                await _ids.Known.WaitForRoomAsync(cancellation);
                continue;
            }
            ThrowIfRefused(outcome);
            if (appended == AppendOutcome.Appended)
                return position;
            appended.ThrowIfRefused();
            await store.WaitForRoomAsync(cancellation);
        }
    }

    private ClaimOutcome TryPrepare(PrepareRequest request, Func<RecordDraft[]> draftsOf, out AppendOutcome appended, out LogPosition first)
    {
        appended = AppendOutcome.NoRoom;
        first = LogPosition.None;
        var claims = request.Claims.All;
        lock (_ids.Known.Gate)
        {
            var outcome = _ids.Known.Hold(claims, request.Transaction);
            if (outcome != ClaimOutcome.Decided)
                return outcome;
            try
            {
                CountRepeats(request);
                appended = store.TryAppend(draftsOf(), out first);
                if (appended == AppendOutcome.Appended)
                    Place(claims, first);
            }
            finally
            {
                if (appended != AppendOutcome.Appended)
                    _ids.Known.LetGo(claims);
            }
            return ClaimOutcome.Decided;
        }
    }

    private void Place(Span<IdClaim> claims, LogPosition first)
    {
        int repeats = 0;
        foreach (ref readonly var claim in claims)
        {
            if (claim.IsTaken)
                _ids.Known.Held.Place(claim.Hash, first.Plus(claim.Offset));
            repeats += claim.IsRepeat ? 1 : 0;
        }
        if (repeats > 0)
            _ids.Counts.Repeats.Add(repeats);
    }

    private static void CountRepeats(PrepareRequest request)
    {
        foreach (ref var batch in request.Batches.AsSpan())
        {
            batch.RepeatCount = 0;
            foreach (ref readonly var claim in request.Claims.All.Slice(batch.FirstClaim, batch.ClaimCount))
                batch.RepeatCount += claim.IsRepeat ? 1 : 0;
        }
    }

    private ClaimOutcome TryDecide(DecidedRecord decided, RecordDraft[] drafts, out AppendOutcome appended, out LogPosition position)
    {
        appended = AppendOutcome.NoRoom;
        position = LogPosition.None;
        bool isCommit = decided.Decision == TransactionDecision.Commit;
        lock (_ids.Known.Gate)
        {
            var outcome = isCommit ? _ids.Known.ReserveHeld(decided.Transaction) : ClaimOutcome.Decided;
            if (outcome != ClaimOutcome.Decided)
                return outcome;
            appended = store.TryAppend(drafts, out var first);
            if (appended != AppendOutcome.Appended)
                return outcome;
            position = first.Plus((ulong)drafts[..^1].Sum(draft => (long)draft.Count));
            _ids.Known.Decided(decided.Transaction, isCommit ? position : LogPosition.None);
            return outcome;
        }
    }

    private bool HasIds(LogPosition transaction)
    {
        lock (_ids.Known.Gate)
            return _ids.Known.Held.CountOf(transaction) > 0;
    }

    private async ValueTask LookUpAsync(IdClaims claims, CancellationToken cancellation)
    {
        try
        {
            await _ids.Lookups.LookUpAsync(claims, cancellation);
        }
        catch (StoreException failure)
        {
            throw new RefusedException(failure.Error, "whether its deduplication ids are known could not be read");
        }
    }

    private static void ThrowIfRefused(ClaimOutcome outcome)
    {
        if (outcome == ClaimOutcome.Decided)
            return;
        throw new RefusedException(outcome switch
        {
            ClaimOutcome.Held => ErrorCode.DeduplicationIdHeld,
            ClaimOutcome.Full => ErrorCode.TooManyDeduplicationIds,
            ClaimOutcome.DiskFull => ErrorCode.DiskFull,
            ClaimOutcome.Stopped => ErrorCode.PartitionStopped,
            _ => throw new InvalidOperationException($"the ids of a transaction came to {outcome}"),
        });
    }
}
