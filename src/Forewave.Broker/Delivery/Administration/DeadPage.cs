namespace Forewave.Broker.Delivery.Administration;

/// <summary>A page of a group's dead letters.</summary>
/// <param name="Letters">In the order of their places.</param>
/// <param name="More">There are more after them.</param>
internal sealed record DeadPage(IReadOnlyList<DeadLetterDetails> Letters, bool More);
