using Forewave.Protocol;

namespace Forewave.Outbox.Relaying;

/// <summary>What becomes of a row that was claimed, or was to be, and is not sent.</summary>
/// <param name="Row">The row.</param>
/// <param name="State">Where it is from now on.</param>
/// <param name="Error">Why; none for what is unsent again.</param>
/// <param name="IsAlone">It goes by itself the next time.</param>
/// <param name="RefusedSequence">Under which sequence it was refused; null: under none.</param>
internal sealed record RowChange(ClaimedRow Row, OutboxRowState State, ErrorCode Error, bool IsAlone, long? RefusedSequence);
