using Forewave.Broker.Deduplication.Slices;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Deduplication;

/// <summary>The parts of deduplication. Thread-safe as each of them says.</summary>
internal sealed class DeduplicationStage : IDisposable
{
    public DeduplicationStage(IStore store, DeduplicationTerms terms, TimeProvider time, Func<uint, TimeSpan> windowOf, ILogger logger, int? seed = null)
    {
        var slices = new IdSlices(store.Slices, terms);
        Known = new KnownIds(terms, new IdClock(time), slices, windowOf);
        Lookups = new IdLookups(slices, store.Slices, Counts);
        Upkeep = new IdUpkeep(Known, store.Slices, time, Counts, logger);
        Parts = new IdParts(Known, Upkeep, store) { Hashing = SipHash128.New(seed) };
    }

    /// <summary>What it counts.</summary>
    public DeduplicationCounts Counts { get; } = new();

    /// <summary>The ids that count.</summary>
    public KnownIds Known { get; }

    /// <summary>Asks slices.</summary>
    public IdLookups Lookups { get; }

    /// <summary>Writes, merges and drops slices.</summary>
    public IdUpkeep Upkeep { get; }

    /// <summary>Recovery and checkpoints.</summary>
    public IdParts Parts { get; }

    /// <summary>A queue's window became longer.</summary>
    public void WindowGrew()
    {
        lock (Known.Gate)
            Known.Slices.WindowGrew();
    }

    /// <summary>Memory of tables, filters and fences.</summary>
    public long MemoryBytes
    {
        get
        {
            lock (Known.Gate)
                return Known.TableBytes + Known.Slices.Bytes;
        }
    }

    /// <summary>Ids known.</summary>
    public long Count
    {
        get
        {
            lock (Known.Gate)
                return Known.Count;
        }
    }

    /// <summary>Ids of what is prepared and not decided.</summary>
    public int HeldCount
    {
        get
        {
            lock (Known.Gate)
                return Known.Held.Count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Upkeep.Dispose();
}
