using Forewave.Broker.Delivery.Outcomes;

namespace Forewave.Broker.Messages;

/// <summary>How a wait ended.</summary>
/// <param name="Found">The message, as it was looked up last.</param>
/// <param name="Answer">What became of it in the group.</param>
internal sealed record MessageOutcome(FoundMessage Found, OutcomeAnswer Answer);
