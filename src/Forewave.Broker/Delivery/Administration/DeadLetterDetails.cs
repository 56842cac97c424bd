using Forewave.Broker.Delivery.DeadLetters;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>A dead letter as operators see it.</summary>
/// <param name="Place">Its place in the group's dead letters.</param>
/// <param name="Letter">What it holds; its message is a copy, empty in lists.</param>
/// <param name="BodyBytes">Bytes of the message's body.</param>
internal sealed record DeadLetterDetails(long Place, DeadLetterRecord Letter, int BodyBytes);
