using System.Diagnostics;

namespace Forewave.Broker.Observability;

/// <summary>The span of one message that is being stored.</summary>
/// <param name="Batch">The place of its batch in its frame.</param>
/// <param name="Message">Its place in the batch.</param>
/// <param name="Span">Begun, and not ended.</param>
internal readonly record struct StoreSpan(int Batch, long Message, Activity Span);
