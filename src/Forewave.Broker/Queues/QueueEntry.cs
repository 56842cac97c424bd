using Forewave.Broker.Quotas;
using Forewave.Broker.Settings;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Broker.Queues;

/// <summary>
/// A queue as the whole broker knows it. Made and changed by the catalogue alone; read by any thread.
/// </summary>
internal sealed class QueueEntry
{
    private volatile QueueOptions _options;
    private volatile bool _isDeleted;
    private volatile SlotMap? _slots;
    private volatile QueueTerms? _terms;
    private QueueLength? _length;

    /// <summary>Makes a queue.</summary>
    public QueueEntry(uint id, QueueName name, QueueOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfZero(id);
        Id = id;
        Name = name;
        _options = options;
    }

    /// <summary>Its number: never 0, never used twice, the one that records and the store's index carry.</summary>
    public uint Id { get; }

    /// <summary>Its name.</summary>
    public QueueName Name { get; }

    /// <summary>Its options at this moment.</summary>
    public QueueOptions Options
    {
        get => _options;
        internal set => _options = value;
    }

    /// <summary>In a cluster: who owns its slots; null: nobody has asked for them, and then every key may come here. Any thread.</summary>
    public SlotMap? Slots
    {
        get => _slots;
        set => _slots = value;
    }

    /// <summary>It was deleted: nothing is published to it any more; a queue of the same name has another entry.</summary>
    public bool IsDeleted => _isDeleted;

    /// <summary>The delivery state, for the delivery loop that owns the queue alone.</summary>
    public object? DeliveryState { get; set; }

    /// <summary>About how long it is, where that is bounded.</summary>
    public QueueLength Length => LazyInitializer.EnsureInitialized(ref _length);

    /// <summary>What counts for it under live settings. Any thread; costs a comparison as long as those stay as they are.</summary>
    public QueueTerms TermsUnder(LiveTerms live)
    {
        var terms = _terms;
        return terms is not null && ReferenceEquals(terms.Live, live) ? terms : Renew(live);
    }

    // One at a time: two of them would each have buckets of their own.
    private QueueTerms Renew(LiveTerms live)
    {
        lock (Length)
            return _terms is { } terms && ReferenceEquals(terms.Live, live) ? terms : _terms = live.Of(Name, _terms);
    }

    internal void MarkDeleted() => _isDeleted = true;

    /// <inheritdoc/>
    public override string ToString() => $"{Name.Value} ({Id})";
}
