namespace Forewave.Broker.Ingest;

/// <summary>Names of producers by the number that Published records carry.</summary>
internal interface IProducerNames
{
    /// <summary>
    /// The name as UTF-8, empty where the producer is not known any more. Thread-safe, does not allocate; the bytes are never
    /// changed.
    /// </summary>
    ReadOnlyMemory<byte> NameOf(uint producerNumber);
}
