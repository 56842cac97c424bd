using Forewave.Protocol;

namespace Forewave.Client.Consuming;

/// <summary>Who waits for a part of a settle frame.</summary>
/// <param name="Pending">The waiter.</param>
/// <param name="Run">The run's place in the frame.</param>
/// <param name="First">The first offset that it waits for.</param>
/// <param name="Count">How many.</param>
/// <param name="Begun">Timestamp of its beginning.</param>
internal readonly record struct SettleWaiter(PendingSettle Pending, int Run, Offset First, uint Count, long Begun);
