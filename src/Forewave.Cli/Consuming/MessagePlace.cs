using Forewave.Protocol;

namespace Forewave.Cli.Consuming;

/// <summary>Where a message of a queue is: offsets are a partition's own.</summary>
internal readonly record struct MessagePlace(PartitionNumber Partition, long Offset);
