namespace Forewave.Broker.Delivery.Timing;

/// <summary>Somebody who has deadlines in a loop's <see cref="Deadlines"/>. Called on the loop.</summary>
internal interface IDue
{
    /// <summary>Whether a deadline still stands; one that does not is dropped without a call.</summary>
    bool IsPending(DueToken token);

    /// <summary>The deadline has passed.</summary>
    void Due(DueToken token, DeliveryLoop loop);
}
