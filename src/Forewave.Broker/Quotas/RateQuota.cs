namespace Forewave.Broker.Quotas;

/// <summary>Messages and bytes a second of a queue, a user or a connection. Immutable but for its buckets; any thread.</summary>
/// <param name="Messages">Null: no bound.</param>
/// <param name="Bytes">Null: no bound.</param>
internal sealed record RateQuota(TokenBucket? Messages, TokenBucket? Bytes)
{
    /// <summary>No bound.</summary>
    public static RateQuota None { get; } = new(null, null);

    /// <summary>With these rates, 0 for none; what was taken of one that stays as it was counts on.</summary>
    public static RateQuota Of((long Messages, long Bytes) rates, RateQuota? before, TimeProvider time) => rates is { Messages: 0, Bytes: 0 }
        ? None
        : new RateQuota(Of(rates.Messages, before?.Messages, time), Of(rates.Bytes, before?.Bytes, time));

    /// <summary>How long to wait before anything may be taken, in ticks of the clock; 0: now.</summary>
    public long WaitAt(long now) => Math.Max(Messages?.WaitAt(now) ?? 0, Bytes?.WaitAt(now) ?? 0);

    /// <summary>Takes some.</summary>
    public void Take((int Messages, int Bytes) amount, long now)
    {
        Messages?.Take(amount.Messages, now);
        Bytes?.Take(amount.Bytes, now);
    }

    private static TokenBucket? Of(long rate, TokenBucket? before, TimeProvider time) =>
        rate == 0 ? null : before?.PerSecond == rate ? before : new TokenBucket(rate, time);
}
