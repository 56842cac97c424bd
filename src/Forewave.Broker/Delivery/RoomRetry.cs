using Forewave.Broker.Delivery.Timing;

namespace Forewave.Broker.Delivery;

/// <summary>Wakes a loop that found the disk full, reserve included.</summary>
internal sealed class RoomRetry(DeliveryLoop loop) : IDue
{
    private bool _met;

    /// <inheritdoc/>
    public bool IsPending(DueToken token) => !_met;

    /// <inheritdoc/>
    public void Due(DueToken token, DeliveryLoop met)
    {
        _met = true;
        loop.HasRoomAgain();
    }
}
