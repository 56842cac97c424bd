using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Leases;

/// <summary>Messages of a run that must not be settled.</summary>
/// <param name="Item">The run.</param>
/// <param name="First">Offset of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="Code">Why.</param>
internal readonly record struct RefusedRange(SettleItem Item, long First, uint Count, ErrorCode Code)
{
    /// <summary>The offset after the last one.</summary>
    public long End => First + Count;
}
