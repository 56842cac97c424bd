using Forewave.Protocol;
using Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>What one partition said to a request that went to all.</summary>
/// <param name="Partition">Which.</param>
/// <param name="Answer">Its answer; null: it refused, or did not answer.</param>
/// <param name="Error">Why; null: it answered.</param>
internal readonly record struct PartitionAnswer(PartitionNumber Partition, AdministrationAnswer? Answer, ForewaveException? Error);
