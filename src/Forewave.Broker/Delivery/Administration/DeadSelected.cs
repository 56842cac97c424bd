namespace Forewave.Broker.Delivery.Administration;

/// <summary>What a filter took of the dead letters of a group.</summary>
/// <param name="Letters">Without their messages; in the order of their places.</param>
/// <param name="Next">The place after which the next page begins; 0: there is none.</param>
/// <param name="Scanned">How many were looked at.</param>
internal sealed record DeadSelected(IReadOnlyList<DeadLetterDetails> Letters, long Next, int Scanned);
