using Forewave.Protocol;

namespace Forewave.Outbox.Relaying;

/// <summary>What is to become of rows that were read and are unsent.</summary>
/// <param name="Rows">To be claimed: with partitions and sequences, in the order of both.</param>
/// <param name="Changes">Not to be sent.</param>
/// <param name="Closed">Queues that could not be opened, and why.</param>
internal sealed record Plan(IReadOnlyList<ClaimedRow> Rows, IReadOnlyList<RowChange> Changes, IReadOnlyDictionary<QueueName, ForewaveException> Closed);
