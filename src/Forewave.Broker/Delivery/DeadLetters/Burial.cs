using Forewave.Broker.Delivery.Leases;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>A message that becomes a dead letter as soon as its bytes are here.</summary>
/// <param name="Offset">Its offset.</param>
/// <param name="Reason">Why.</param>
/// <param name="Request">Who waits for it; null: nobody.</param>
internal readonly record struct Burial(long Offset, string Reason, SettleRequest? Request)
{
    /// <summary>It is a dead letter also where the group parks what fails.</summary>
    public bool IsFinal { get; init; }

    /// <summary>Its time has passed; nothing failed.</summary>
    public bool IsOutlived { get; init; }
}
