using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>One delivery that did not succeed.</summary>
/// <param name="Attempt">Which one.</param>
/// <param name="Consumer">The consumer's name.</param>
/// <param name="Time">When it ended.</param>
/// <param name="Reason">What the consumer said, or that its lease expired.</param>
public sealed record FailedAttempt(Attempt Attempt, string Consumer, DateTimeOffset Time, string Reason);
