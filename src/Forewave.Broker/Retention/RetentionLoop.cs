using Forewave.Broker.Observability;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Retention;

/// <summary>
/// Lets old messages go, queue by queue, deletes queues that are to go when nobody uses them, forgets idle producers, then has the store recycle what nobody needs. One round every
/// few seconds; a round costs a look at each queue, and a search in those that have something to let go.
/// </summary>
internal sealed class RetentionLoop
{
    private readonly SessionParts _parts;
    private readonly IdleQueues _idle;

    public RetentionLoop(SessionParts parts)
    {
        _parts = parts;
        _idle = new IdleQueues(parts);
    }

    /// <summary>Goes round until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(_parts.Options.RetentionInterval, _parts.Time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            pulse.Beat();
            await RoundAsync(pulse, cancellation);
        }
    }

    /// <summary>One round.</summary>
    public async Task RoundAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        var now = Timestamp.From(_parts.Time.GetUtcNow());
        var holders = await _parts.Delivery.DeadLetters.HoldersAsync().WaitAsync(cancellation);
        foreach (var queue in _parts.Queues.All)
        {
            pulse.Beat();
            await TryLetGoAsync(queue, holders.Contains(queue.Id), now, cancellation);
            await LookForIdleAsync(queue, now, cancellation);
        }
        _idle.Forget();
        int forgotten = _parts.Producers.ForgetIdle();
        if (forgotten > 0)
            BrokerLog.ProducersForgotten(_parts.Logger, forgotten);
        await ReclaimAsync(cancellation);
    }

    private async Task LookForIdleAsync(QueueEntry queue, Timestamp now, CancellationToken cancellation)
    {
        try
        {
            await _idle.LookAsync(queue, now, cancellation);
        }
        catch (Exception refusal) when (refusal is RefusedException or ForewaveException && !cancellation.IsCancellationRequested)
        {
            // Somebody deleted it meanwhile, or the disk is full: the next round looks again.
        }
    }

    private async Task ReclaimAsync(CancellationToken cancellation)
    {
        try
        {
            var report = await _parts.Store.ReclaimAsync(cancellation);
            if (report.SegmentsRecycled > 0)
                BrokerLog.Reclaimed(_parts.Logger, report.SegmentsRecycled, report.CarriedOver.Value);
        }
        catch (StoreException full) when (full.MayPass())
        {
            // What is recycled in the next rounds makes room for what this one wanted to carry over.
        }
    }

    private async ValueTask TryLetGoAsync(QueueEntry queue, bool hasDeadLetters, Timestamp now, CancellationToken cancellation)
    {
        try
        {
            await LetGoAsync(queue, default, now, cancellation);
            foreach (var band in PriorityBand.Others)
                await LetGoAsync(queue, band, now, cancellation);
            await _parts.Delivery.Outcomes.ExpireTraceAsync(queue, now.Plus(-queue.Options.Retention)).WaitAsync(cancellation);
            await _parts.Delivery.Trail.ExpireAsync(queue, now.Plus(-Limits.DeadTrailRetention)).WaitAsync(cancellation);
            if (hasDeadLetters)
                await _parts.Delivery.DeadLetters.ExpireAsync(queue, now.Plus(-Limits.DeadLetterRetention)).WaitAsync(cancellation);
        }
        catch (StoreException failure) when (failure.MayPass() || failure.Error == ErrorCode.StoreUnavailable)
        {
            // The next round tries again; the other queues have theirs.
            BrokerLog.RetentionPostponed(_parts.Logger, queue.Name, failure.Message);
        }
    }

    private async ValueTask LetGoAsync(QueueEntry queue, PriorityBand band, Timestamp now, CancellationToken cancellation)
    {
        uint index = band.IndexOf(queue.Id);
        var oldestKept = now.Plus(-queue.Options.Retention);
        var extent = _parts.Store.Extent(index);
        if (extent.FirstRetained >= extent.End || extent.OldestTime.CompareTo(oldestKept) >= 0)
            return;
        var first = await _parts.Store.FindByTimeAsync(index, oldestKept, cancellation);
        if (first > extent.FirstRetained)
            await _parts.Delivery.Administration.ExpireAsync(queue, first, band).WaitAsync(cancellation);
    }
}
