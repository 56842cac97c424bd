namespace Forewave.Broker.Observability;

/// <summary>A number that many threads raise, read when metrics are collected. No listener costs anything on the hot path.</summary>
internal sealed class LongCounter
{
    private long _value;

    public long Value => Volatile.Read(ref _value);

    public void Add(long amount) => Interlocked.Add(ref _value, amount);
}
