using Forewave.Protocol;

namespace Forewave.Broker.Delivery;

/// <summary>
/// Something that a delivery loop does in its turn, in the order in which commands were posted. Runs on the loop, so it may
/// touch the state of the loop's queues, and must not block.
/// </summary>
internal interface IDeliveryCommand
{
    /// <summary>
    /// Does it. False: the store had no room for a record; the loop runs it again, before any other command, when there is
    /// room. A command keeps for itself how far it came.
    /// </summary>
    bool Run(DeliveryLoop loop);

    /// <summary>Answers it with an error instead: the partition has stopped or is about to.</summary>
    void Refuse(DeliveryLoop loop, ErrorCode code);
}
