namespace Forewave.Broker.Quotas;

/// <summary>
/// A rate that is kept to: so much a second, and as much as a tenth of a second's at once. Whoever comes while there is any left takes all that it
/// wants, and those behind wait until that is paid: so nothing is too large for it. One number, changed by comparing and exchanging: no lock,
/// no allocation, any thread. Two who come at the same instant may both take the last of it.
/// </summary>
/// <param name="perSecond">The rate, from 1 on.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(long perSecond, TimeProvider time)
{
    private readonly double _ticksEach = (double)time.TimestampFrequency / perSecond;
    private readonly long _burstTicks = time.TimestampFrequency / 10;

    // The timestamp at which all that was taken is paid.
    private long _paidAt = long.MinValue;

    /// <summary>The rate.</summary>
    public long PerSecond { get; } = perSecond;

    /// <summary>How long to wait before anything may be taken, in ticks of the clock; 0: now.</summary>
    public long WaitAt(long now)
    {
        long paidAt = Volatile.Read(ref _paidAt);
        return paidAt <= now + _burstTicks ? 0 : paidAt - now - _burstTicks;
    }

    /// <summary>Takes some.</summary>
    public void Take(int count, long now)
    {
        long ticks = (long)Math.Min(count * _ticksEach, long.MaxValue / 4);
        long paidAt = Volatile.Read(ref _paidAt);
        while (true)
        {
            long seen = Interlocked.CompareExchange(ref _paidAt, Math.Max(paidAt, now) + ticks, paidAt);
            if (seen == paidAt)
                return;
            paidAt = seen;
        }
    }
}
