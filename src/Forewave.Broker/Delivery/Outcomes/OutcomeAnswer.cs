namespace Forewave.Broker.Delivery.Outcomes;

/// <summary>How a wait for an outcome ended.</summary>
/// <param name="Message">What became of the message in the group by then; null: there is no such group.</param>
/// <param name="IsReached">It is what was waited for.</param>
internal readonly record struct OutcomeAnswer(GroupMessage? Message, bool IsReached);
