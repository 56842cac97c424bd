using System.Data.Common;
using Forewave.Client.Consuming;

namespace Forewave.Outbox.Hosting;

/// <summary>
/// Handles the messages of one queue and group, each with its effect once. Made anew for each message, in a scope of its own.
/// </summary>
/// <typeparam name="TMessage">What a body is.</typeparam>
public interface IInboxHandler<in TMessage>
{
    /// <summary>
    /// Lets a message have its effect, in a transaction in which it is recorded already and which is committed when this returns; then the
    /// message is acked. What it throws rolls the transaction back, and the message comes again.
    /// </summary>
    /// <param name="value">Its body.</param>
    /// <param name="message">All of it. Not to be settled here: its ack comes after the commit.</param>
    /// <param name="transaction">For everything that the effect is; messages of an <see cref="OutboxWriter"/> too. Not to be committed here.</param>
    /// <param name="cancellation">The host stops: finish soon, or throw <see cref="OperationCanceledException"/> to have the message released.</param>
    ValueTask HandleAsync(TMessage value, ReceivedMessage message, DbTransaction transaction, CancellationToken cancellation);
}
