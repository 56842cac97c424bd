using Forewave.Broker.Delivery.Timing;

namespace Forewave.Broker.Delivery.Cursors;

/// <summary>Sets deadlines for holds in life; there is none while state is folded from the log.</summary>
internal interface IHoldObserver
{
    /// <summary>A hold was made.</summary>
    void HoldMade(DueToken token, in Hold hold);
}
