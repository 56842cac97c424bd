using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Search.Keys;

/// <summary>The parts of the key index. Thread-safe as each of them says.</summary>
internal sealed class KeyStage : IDisposable
{
    private readonly KeyUpkeepParts _parts;

    public KeyStage(IStore store, BrokerOptions options, QueueCatalogue queues, TimeProvider time, ILogger logger)
    {
        var terms = new KeyIndexTerms { SliceMemoryBytes = options.KeyIndexMemoryBytes, IsOn = options.Search };
        if (options.KeyTableEntries is { } entries)
            terms = terms with { TableEntries = entries };
        _parts = new KeyUpkeepParts
        {
            Index = new KeyIndex(terms),
            Terms = terms,
            Hashing = new KeyHashing(),
            Store = store,
            Pace = new SearchPace(time, () => store.Usage.LogBytes),
            Time = time,
            Logger = logger,
            Indexes = () => queues.All.SelectMany(queue => PriorityBand.Others.Prepend(default).Select(band => band.IndexOf(queue.Id))),
            HasQueue = id => queues.Find(id) is not null,
        };
        Upkeep = new KeyUpkeep(_parts);
        Search = new KeySearch(_parts.Index, Upkeep, store.Slices, _parts.Counts);
        Dispatch = new KeyDispatch(_parts.Index, _parts.Hashing, terms);
        Parts = new KeyParts(_parts, Upkeep);
    }

    /// <summary>What is known.</summary>
    public KeyIndex Index => _parts.Index;

    /// <summary>Makes entries.</summary>
    public KeyHashing Hashing => _parts.Hashing;

    /// <summary>The store.</summary>
    public IStore Store => _parts.Store;

    /// <summary>How fast messages are read.</summary>
    public SearchPace Pace => _parts.Pace;

    /// <summary>What it counts.</summary>
    public KeyCounts Counts => _parts.Counts;

    /// <summary>Takes keys from delivery.</summary>
    public KeyDispatch Dispatch { get; }

    /// <summary>Look-ups.</summary>
    public KeySearch Search { get; }

    /// <summary>Writes, merges, reads again.</summary>
    public KeyUpkeep Upkeep { get; }

    /// <summary>Recovery and checkpoints.</summary>
    public KeyParts Parts { get; }

    /// <summary>Memory of tables, filters and fences.</summary>
    public long MemoryBytes
    {
        get
        {
            lock (Index.Gate)
                return Index.TableBytes + Index.Slices.Bytes;
        }
    }

    /// <summary>Keys that are known.</summary>
    public long Count
    {
        get
        {
            lock (Index.Gate)
                return Index.Count;
        }
    }

    /// <summary>Messages whose keys are not known yet.</summary>
    public long BacklogCount
    {
        get
        {
            lock (Index.Gate)
                return Index.Backlog.Count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Upkeep.Dispose();
}
