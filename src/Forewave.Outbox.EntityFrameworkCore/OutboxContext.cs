using System.Runtime.CompilerServices;
using Forewave.Client;
using Forewave.Protocol;
using Microsoft.EntityFrameworkCore;

namespace Forewave.Outbox.EntityFrameworkCore;

/// <summary>Messages of a context, until it is saved.</summary>
public static class OutboxContext
{
    private static readonly ConditionalWeakTable<DbContext, ContextMessages> Added = [];

    /// <summary>
    /// Adds a message that is written into the outbox with the context's next <c>SaveChanges</c>, in the same transaction: the one there is, or
    /// the one in which Entity Framework saves. It goes the way of the changes that it is saved with: where saving fails it stays, and where
    /// they are saved again (<c>acceptAllChangesOnSuccess: false</c>, and the transaction did not commit) so is the message. The context needs an
    /// <see cref="OutboxInterceptor"/> among its interceptors. As thread-safe as the context: not at all.
    /// </summary>
    /// <param name="context">The context. Where a pool lends it, messages that were not saved do not outlive its return.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="message">Its memory is not to be changed before the context is saved and its transaction is over.</param>
    public static void AddMessage(this DbContext context, QueueName queue, Message message)
    {
        ArgumentNullException.ThrowIfNull(context);
        ContextMessages? messages = MessagesOf(context);
        if (messages is null)
        {
            messages = new ContextMessages(context.ContextId);
            Added.AddOrUpdate(context, messages);
        }

        messages.Add(new AddedMessage(queue, message));
    }

    /// <summary>
    /// Drops the messages that were added and are not committed, as <c>ChangeTracker.Clear</c> does with changes; that tells nobody, so a program
    /// that goes on with the context calls both. What a transaction has already got stays in it.
    /// </summary>
    public static void ClearMessages(this DbContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        MessagesOf(context)?.Clear();
    }

    /// <summary>The context's, in the life that it has now; null: nothing was added.</summary>
    internal static ContextMessages? MessagesOf(DbContext context) =>
        Added.TryGetValue(context, out ContextMessages? messages) && messages.Life == context.ContextId ? messages : null;
}
