namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>What was asked for with one message: by its producer, and by operators since.</summary>
internal sealed class SentMessage(HistoryEvent first)
{
    /// <summary>Its first sending.</summary>
    public HistoryEvent First { get; } = first;

    /// <summary>Before this Unix time in milliseconds it must not come: the earliest of the times that may be its own.</summary>
    public long Due { get; set; } = first.Due;

    /// <summary>Nobody tried to give it another time.</summary>
    public bool HasItsFirstTime { get; set; } = true;

    /// <summary>A cancel was sent.</summary>
    public bool MayBeCancelled { get; set; }

    /// <summary>A purge was sent that it may have met.</summary>
    public bool MayBePurged { get; set; }

    /// <summary>It need not come, nor be found.</summary>
    public bool MayBeGone => MayBeCancelled || MayBePurged;

    /// <summary>The band of priority where it belongs: that of priority 4 is 0, and has all with an ordering key.</summary>
    public int Band => First.OrderingKey.Length > 0 || First.Priority == Forewave.Protocol.Limits.DefaultPriority ? 0 : First.Priority + 1;
}
