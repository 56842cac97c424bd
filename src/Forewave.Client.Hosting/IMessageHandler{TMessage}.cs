using Forewave.Client.Consuming;

namespace Forewave.Client.Hosting;

/// <summary>As <see cref="IMessageHandler"/>, for messages whose bodies are read as JSON.</summary>
/// <typeparam name="TMessage">What a body is.</typeparam>
public interface IMessageHandler<in TMessage>
{
    /// <summary>Handles one message.</summary>
    /// <param name="value">Its body.</param>
    /// <param name="message">All of it. May be settled here otherwise, for example rejected.</param>
    /// <param name="cancellation">
    /// The host stops: finish soon, or throw <see cref="OperationCanceledException"/> to have the message released.
    /// </param>
    ValueTask HandleAsync(TMessage value, ReceivedMessage message, CancellationToken cancellation);
}
