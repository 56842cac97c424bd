using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Ingest;

/// <summary>What publishes may ask for.</summary>
/// <param name="Capabilities">What messages may ask for.</param>
/// <param name="Time">The clock from which relative delays count.</param>
/// <param name="Partition">The partition whose keys it takes.</param>
/// <param name="Gate">Refuses what is not taken at the moment.</param>
internal readonly record struct PublishTerms(MessageCapabilities Capabilities, TimeProvider Time, PartitionNumber Partition, PublishGate Gate);
