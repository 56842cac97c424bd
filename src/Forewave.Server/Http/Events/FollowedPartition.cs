using Forewave.Protocol;

namespace Forewave.Server.Http.Events;

/// <summary>A partition, in a table.</summary>
/// <param name="Partition">Which; null: the only one.</param>
internal readonly record struct FollowedPartition(PartitionNumber? Partition);
