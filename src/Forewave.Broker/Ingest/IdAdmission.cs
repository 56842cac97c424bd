using Forewave.Broker.Deduplication;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>
/// The deduplication ids of a publish: found in its messages, asked for, decided. Stateless; deciding is done under the gate of the
/// known ids, which is inside the producer's.
/// </summary>
internal sealed class IdAdmission
{
    private readonly DeduplicationStage _ids;

    public IdAdmission(DeduplicationStage ids) => _ids = ids;

    /// <summary>Whoever is told of a repeat without a record of its own waits until the log is committed up to here. Any thread.</summary>
    public LogPosition DecidedThrough => _ids.Known.DecidedThrough;

    /// <summary>Guards what is known; taken by publishes with ids alone.</summary>
    public Lock Gate => _ids.Known.Gate;

    /// <summary>Finds the ids of a valid batch.</summary>
    public void Collect(ref PendingBatch batch, IdClaims claims)
    {
        batch.FirstClaim = claims.Count;
        int message = 0;
        foreach (var encoded in new MessageRun(batch.Messages.Span))
        {
            var id = MessageReader.ReadDeduplicationId(encoded);
            if (!id.IsEmpty)
            {
                ref var claim = ref claims.Add();
                claim.Hash = _ids.Parts.Hashing.Of(batch.Queue!.Id, id);
                claim.Queue = batch.Queue.Id;
                claim.Message = message;
            }
            message++;
        }
        batch.ClaimCount = claims.Count - batch.FirstClaim;
    }

    /// <summary>Asks memory what slices may have one of the ids. The publish waits when some have to be read.</summary>
    public void Probe(PendingPublish publish)
    {
        if (publish.Claims.Count > 0 && _ids.Lookups.Probe(publish.Claims.All))
            publish.WaitsFor = ClaimOutcome.LookUp;
    }

    /// <summary>Waits for what the publish waits for.</summary>
    public async ValueTask WaitAsync(PendingPublish publish, CancellationToken cancellation)
    {
        var waitsFor = publish.WaitsFor;
        publish.WaitsFor = ClaimOutcome.Decided;
        if (waitsFor == ClaimOutcome.Wait)
        {
            await _ids.Known.WaitForRoomAsync(cancellation);
            return;
        }
        try
        {
            await _ids.Lookups.LookUpAsync(publish.Claims, cancellation);
        }
        catch (StoreException failure)
        {
            Refuse(publish, failure.Error);
        }
    }

    /// <summary>Decides over what is new in a batch by its sequences. False: what was decided before it is to be appended, and the publish waits if that was nothing.</summary>
    public bool TryDecide(PendingPublish publish, ref PendingBatch batch)
    {
        var claims = publish.Claims.All;
        int end = batch.FirstClaim + batch.ClaimCount;
        int first = batch.FirstClaim;
        while (first < end && claims[first].Message < batch.KnownCount)
            first++;
        batch.FirstDecided = first;
        var outcome = _ids.Known.Decide(claims, first..end);
        if (outcome == ClaimOutcome.AppendFirst)
            return false;
        if (outcome is ClaimOutcome.LookUp or ClaimOutcome.Wait)
        {
            publish.WaitsFor = outcome;
            return false;
        }
        batch.RepeatCount = 0;
        if (outcome == ClaimOutcome.Decided)
        {
            foreach (ref readonly var claim in claims[first..end])
                batch.RepeatCount += claim.IsRepeat ? 1 : 0;
            return true;
        }
        batch.Error = outcome switch
        {
            ClaimOutcome.Held => ErrorCode.DeduplicationIdHeld,
            ClaimOutcome.Full => ErrorCode.TooManyDeduplicationIds,
            ClaimOutcome.DiskFull => ErrorCode.DiskFull,
            _ => ErrorCode.PartitionStopped,
        };
        return true;
    }

    /// <summary>Notes where the messages will be: so many positions after the append's first.</summary>
    public static void Place(in PendingBatch batch, Span<IdClaim> claims)
    {
        for (int i = batch.FirstDecided; i < batch.FirstClaim + batch.ClaimCount; i++)
            claims[i].Offset = batch.Offset + (ulong)(claims[i].Message - batch.KnownCount);
    }

    /// <summary>A batch was appended: its ids are known at their positions.</summary>
    public void Note(in PendingBatch batch, Span<IdClaim> claims, LogPosition appended)
    {
        for (int i = batch.FirstDecided; i < batch.FirstClaim + batch.ClaimCount; i++)
        {
            if (claims[i].IsTaken)
                _ids.Known.Note(claims[i], appended.Plus(claims[i].Offset));
        }
        if (batch.RepeatCount > 0)
            _ids.Counts.Repeats.Add(batch.RepeatCount);
    }

    /// <summary>Batches were decided and not appended: the one that was decided last comes first.</summary>
    public void TakeBack(Span<PendingBatch> batches, Span<IdClaim> claims)
    {
        for (int i = batches.Length - 1; i >= 0; i--)
        {
            ref var batch = ref batches[i];
            if (batch.ClaimCount > 0 && batch.HasNew)
                _ids.Known.TakeBack(claims[batch.FirstDecided..(batch.FirstClaim + batch.ClaimCount)]);
            batch.RepeatCount = 0;
        }
    }

    /// <summary>The batch that was decided last is refused all the same.</summary>
    public void TakeBackLast(ref PendingBatch batch, Span<IdClaim> claims)
    {
        _ids.Known.TakeBack(claims[batch.FirstDecided..(batch.FirstClaim + batch.ClaimCount)]);
        batch.RepeatCount = 0;
    }

    private static void Refuse(PendingPublish publish, ErrorCode error)
    {
        foreach (ref var batch in publish.Batches[publish.Admitted..])
        {
            if (batch.ClaimCount > 0 && batch.Error == ErrorCode.None)
            {
                batch.Error = error;
                batch.Detail = "whether its deduplication ids are known could not be read";
            }
        }
    }
}
