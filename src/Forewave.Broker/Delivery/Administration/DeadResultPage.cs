using Forewave.Broker.Delivery.DeadLetters;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>An operation with what became of the messages that it touched.</summary>
/// <param name="Operation">The operation; null: this page of the trail does not tell of it.</param>
/// <param name="Results">Its messages.</param>
/// <param name="Next">Where the next page begins; 0: this is the last one.</param>
internal sealed record DeadResultPage(DeadOperation? Operation, IReadOnlyList<DeadResult> Results, long Next);
