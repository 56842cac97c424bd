using Forewave.Protocol;

namespace Forewave.Client.Consuming;

/// <summary>What the broker said of one subscription. Immutable.</summary>
/// <param name="Handle">Stands for it on its connection.</param>
/// <param name="Partition">The broker's partition.</param>
/// <param name="Queue">The queue's number in lease handles.</param>
/// <param name="Group">The group's number in lease handles.</param>
/// <param name="VisibilityTimeout">How long its leases last.</param>
internal sealed record SubscriptionTerms(
    uint Handle, PartitionNumber Partition, QueueId Queue, GroupId Group, TimeSpan VisibilityTimeout);
