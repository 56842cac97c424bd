using Forewave.Broker.Delivery.Outcomes;
using Forewave.Broker.Observability;
using Forewave.Protocol;

namespace Forewave.Broker.Messages;

/// <summary>
/// Waiting for what becomes of a message in a group: finds it, then leaves the interest with the delivery loop of its queue. Any
/// thread. Bounded over all connections; nobody who waits holds up anything.
/// </summary>
internal sealed class OutcomeStage
{
    // A message that is due comes out within this, or the disk is full.
    private static readonly TimeSpan ReleaseTime = TimeSpan.FromMilliseconds(50);

    private readonly MessageLookup _lookup;
    private readonly OutcomeAdministration _outcomes;
    private readonly TimeProvider _time;
    private volatile int _most;
    private readonly LongCounter _answered = new();
    private int _waiting;

    public OutcomeStage(MessageLookup lookup, OutcomeAdministration outcomes, TimeProvider time, BrokerMetrics metrics, int most)
    {
        _lookup = lookup;
        _outcomes = outcomes;
        _time = time;
        _most = most;
        metrics.Gauge(
            new MetricText { Name = "forewave.outcomes.waiting", Unit = "{wait}", Description = "Waits for outcomes of messages that have no answer yet." },
            () => Volatile.Read(ref _waiting));
        metrics.Total(
            new MetricText { Name = "forewave.outcomes.answered", Unit = "{wait}", Description = "Waits for outcomes of messages that were answered." },
            () => _answered.Value);
    }

    /// <summary>Waits at most; those that are there stay. Any thread.</summary>
    public int MostWaiting
    {
        get => _most;
        set => _most = value;
    }

    /// <summary>Completes when it is so, or at the end of the wait; cancelled, as things are then.</summary>
    /// <exception cref="RefusedException">TooManyOutcomeWaits, and what <see cref="MessageLookup.FindAsync"/> refuses.</exception>
    public async Task<MessageOutcome> AwaitAsync(OutcomeTerms terms, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiting) > _most)
        {
            Interlocked.Decrement(ref _waiting);
            throw new RefusedException(ErrorCode.TooManyOutcomeWaits);
        }
        try
        {
            return await AwaitCountedAsync(terms, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            _answered.Add(1);
        }
    }

    private async Task<MessageOutcome> AwaitCountedAsync(OutcomeTerms terms, CancellationToken cancellation)
    {
        long begun = _time.GetTimestamp();
        while (true)
        {
            var found = await _lookup.FindAsync(terms.Id, cancellation);
            var left = terms.Wait - _time.GetElapsedTime(begun);
            if (found.Indexed is { } indexed)
                return new MessageOutcome(found, await _outcomes.AwaitAsync(new OutcomeWait(indexed, terms.Group, terms.Until), left, cancellation));
            bool reached = found.Where == MessageWhere.Cancelled || terms.Until == OutcomeKind.Stored;
            if (reached || left <= TimeSpan.Zero || found.Due is not { } due)
                return new MessageOutcome(found, new OutcomeAnswer(null, reached));
            // Nothing becomes of it before its time. Who withdraws it or gives it another one is heard of then.
            var until = due.ToDateTimeOffset() - _time.GetUtcNow();
            until = until > ReleaseTime ? until : ReleaseTime;
            await Task.Delay(until < left ? until : left, _time, cancellation);
        }
    }
}
