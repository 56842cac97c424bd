using Forewave.Client.Consuming;

namespace Forewave.Client.Hosting;

/// <summary>
/// Handles the messages of one queue and group. Made anew for each message, in a scope of its own, so that it may take scoped
/// services. Acked when it returns, nacked after the group's back-off when it throws; its lease is extended while it runs.
/// </summary>
public interface IMessageHandler
{
    /// <summary>Handles one message.</summary>
    /// <param name="message">May be settled here otherwise, for example rejected.</param>
    /// <param name="cancellation">
    /// The host stops: finish soon, or throw <see cref="OperationCanceledException"/> to have the message released.
    /// </param>
    ValueTask HandleAsync(ReceivedMessage message, CancellationToken cancellation);
}
