namespace Forewave.Broker.Quotas;

/// <summary>How many messages had been taken when a count began.</summary>
internal readonly record struct LengthMark(long Taken);
