using System.Diagnostics;
using System.Numerics;

namespace Forewave.Bench.Peers.Measurement;

/// <summary>Counts durations in buckets no wider than 1/128 of their value; from 1 ns to 2⁴⁰ ns, longer ones in the last bucket.</summary>
/// <remarks>One thread at a time. Recording allocates nothing.</remarks>
internal sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int HighestBit = 40;
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;
    private readonly long[] _counts = new long[(HighestBit - SubBits + 2) << SubBits];
    private long _count;
    private long _maxNanoseconds;

    public long Count => _count;

    /// <summary>A negative duration counts as none.</summary>
    public void Record(long ticks)
    {
        var nanoseconds = Math.Max(0, (long)(ticks * NanosecondsPerTick));
        _counts[IndexOf(Math.Min(nanoseconds, (1L << HighestBit) - 1))]++;
        _count++;
        _maxNanoseconds = Math.Max(_maxNanoseconds, nanoseconds);
    }

    public void Add(LatencyHistogram other)
    {
        for (var index = 0; index < _counts.Length; index++)
        {
            _counts[index] += other._counts[index];
        }

        _count += other._count;
        _maxNanoseconds = Math.Max(_maxNanoseconds, other._maxNanoseconds);
    }

    public Latency Summarize() => new()
    {
        P50 = AtMilliseconds(0.5),
        P99 = AtMilliseconds(0.99),
        P999 = AtMilliseconds(0.999),
        Max = _maxNanoseconds / 1e6,
    };

    private double AtMilliseconds(double share)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(_count * share));
        long passed = 0;
        for (var index = 0; index < _counts.Length; index++)
        {
            passed += _counts[index];
            if (passed >= wanted)
            {
                return Math.Min(UpperEndOf(index), _maxNanoseconds) / 1e6;
            }
        }

        return 0;
    }

    // Below 128 ns a bucket per nanosecond; above, 128 buckets for each power of two.
    private static int IndexOf(long nanoseconds)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)nanoseconds | 1) - SubBits);
        return (shift << SubBits) + (int)(nanoseconds >> shift);
    }

    private static long UpperEndOf(int index)
    {
        var shift = Math.Max(0, (index >> SubBits) - 1);
        return ((long)(index - (shift << SubBits)) + 1 << shift) - 1;
    }
}
