using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Tests.Promises.Histories;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>A group of a scenario.</summary>
internal sealed record GroupPlan(QueuePlan Queue, string Name, int Consumers)
{
    /// <summary>What it is called in the history: something else after each deletion.</summary>
    public GroupKey Key => GroupKey.OfQueue(Queue.Label).Of(Deletions == 0 ? Name : $"{Name}~{Deletions}");

    public bool IsAtMostOnce { get; init; }

    /// <summary>0: the default.</summary>
    public uint MaxAttempts { get; init; }

    /// <summary>What a message that fails does to its ordering key.</summary>
    public FailurePolicy Policy { get; init; }

    /// <summary>It is reset, replayed to and paused now and then.</summary>
    public bool IsControlled { get; init; }

    /// <summary>What it may get is limited now and then.</summary>
    public bool IsLimited { get; init; }

    /// <summary>It is deleted now and then, and made anew under its name.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>How often it was deleted.</summary>
    public int Deletions { get; set; }

    /// <summary>What expired becomes a dead letter.</summary>
    public bool BuriesExpired { get; init; }

    /// <summary>Acks up to an offset, being alone.</summary>
    public bool AcksUpTo { get; init; }
}
