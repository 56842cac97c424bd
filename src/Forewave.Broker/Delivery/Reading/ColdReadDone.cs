using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Reading;

/// <summary>A read from disk came back, with runs or with why not.</summary>
internal sealed class ColdReadDone(RunSource source, StoredRuns? runs, Exception? failure) : IDeliveryCommand
{
    /// <inheritdoc/>
    public bool Run(DeliveryLoop loop)
    {
        source.Arrived(runs, failure);
        return true;
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop loop, ErrorCode code) => runs?.Dispose();
}
