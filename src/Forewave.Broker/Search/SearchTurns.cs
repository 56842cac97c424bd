using Forewave.Broker.Observability;
using Forewave.Protocol;

namespace Forewave.Broker.Search;

/// <summary>
/// How many searches may run, and how many look-ups may find nothing. Refuses, and lets nobody wait: who is refused knows when to come
/// again. Thread-safe.
/// </summary>
internal sealed class SearchTurns(TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _misses = Limits.MissesAtOnce;
    private long _missesAt = time.GetTimestamp();
    private int _scans;
    private int _searches;

    /// <summary>Searches that run.</summary>
    public int Running => Volatile.Read(ref _searches);

    /// <summary>Searches that read messages one after the other now.</summary>
    public int Scanning => Volatile.Read(ref _scans);

    /// <summary>Requests that were refused.</summary>
    public LongCounter Refused { get; } = new();

    /// <summary>Takes a place for a search until it is disposed.</summary>
    /// <exception cref="RefusedException">TooManySearches.</exception>
    public Turn Begin() => Take(ref _searches, Limits.Searches, isScan: false);

    /// <summary>Takes a place for reading messages one after the other until it is disposed.</summary>
    /// <exception cref="RefusedException">TooManySearches.</exception>
    public Turn BeginScan() => Take(ref _scans, Limits.Scans, isScan: true);

    /// <summary>A look-up is about to be made, which may find nothing.</summary>
    /// <exception cref="RefusedException">TooManyMisses: too many have found nothing of late.</exception>
    public void CheckMisses()
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            double more = time.GetElapsedTime(_missesAt, now).TotalSeconds * Limits.MissesPerSecond;
            _misses = Math.Min(Limits.MissesAtOnce, _misses + more);
            _missesAt = now;
            if (_misses >= 1)
                return;
        }
        Refused.Add(1);
        throw new RefusedException(ErrorCode.TooManyMisses);
    }

    /// <summary>A look-up found nothing.</summary>
    public void Missed()
    {
        lock (_lock)
            _misses--;
    }

    private Turn Take(ref int taken, int most, bool isScan)
    {
        if (Interlocked.Increment(ref taken) <= most)
            return new Turn(this, isScan);
        Interlocked.Decrement(ref taken);
        Refused.Add(1);
        throw new RefusedException(ErrorCode.TooManySearches);
    }

    private void Give(bool isScan) => Interlocked.Decrement(ref isScan ? ref _scans : ref _searches);

    /// <summary>A place.</summary>
    internal sealed class Turn(SearchTurns turns, bool isScan) : IDisposable
    {
        private int _given;

        /// <inheritdoc/>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0)
                turns.Give(isScan);
        }
    }
}
