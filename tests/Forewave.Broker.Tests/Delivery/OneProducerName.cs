using Forewave.Broker.Ingest;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>Producer 7 is "till"; no other is known.</summary>
internal sealed class OneProducerName : IProducerNames
{
    public ReadOnlyMemory<byte> NameOf(uint producerNumber) => producerNumber == 7 ? "till"u8.ToArray() : default;
}
