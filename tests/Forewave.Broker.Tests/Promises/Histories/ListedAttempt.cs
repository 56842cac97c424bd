namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>One attempt in the history of a dead letter.</summary>
internal readonly record struct ListedAttempt(uint Attempt, string Reason);
