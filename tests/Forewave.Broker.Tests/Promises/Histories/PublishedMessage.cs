namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>What is known of one message.</summary>
internal sealed class PublishedMessage(MessageKey key, string queue, string digest)
{
    public MessageKey Key { get; } = key;

    public string Queue { get; } = queue;

    public string Digest { get; } = digest;

    /// <summary>A durable receipt was read.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>Where it is; 0: not known.</summary>
    public ulong Position { get; set; }

    /// <summary>It was delivered, or has a durable receipt: the position holds for ever.</summary>
    public bool IsFirm { get; set; }

    /// <summary>The life in which that was first seen.</summary>
    public int FirmSince { get; set; }

    /// <summary>The time at which that was first seen.</summary>
    public DateTimeOffset FirmTime { get; set; }

    /// <summary>Receipts that say that it had been stored before: by its sequence, or another one by its id.</summary>
    public List<HistoryEvent> Repeats { get; } = [];

    /// <summary>The life in which a receipt that is not durable named the position.</summary>
    public int Life { get; set; }
}
