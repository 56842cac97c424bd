using System.Runtime.CompilerServices;
using Forewave.Client;
using Forewave.Protocol;
using Microsoft.EntityFrameworkCore;

namespace Forewave.Outbox.EntityFrameworkCore;

/// <summary>Messages of a context, until it is saved.</summary>
public static class OutboxContext
{
    private static readonly ConditionalWeakTable<DbContext, List<(QueueName Queue, Message Message)>> Added = [];

    /// <summary>
    /// Adds a message that is written into the outbox with the context's next <c>SaveChanges</c>, in the same transaction: the one there is, or
    /// one that <see cref="OutboxInterceptor"/> makes. Where saving fails it stays, as the context's changes do. The context needs an
    /// <see cref="OutboxInterceptor"/> among its interceptors. As thread-safe as the context: not at all.
    /// </summary>
    /// <param name="context">The context.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="message">Its memory is not to be changed before the context is saved.</param>
    public static void AddMessage(this DbContext context, QueueName queue, Message message)
    {
        ArgumentNullException.ThrowIfNull(context);
        Added.GetOrCreateValue(context).Add((queue, message));
    }

    /// <summary>What was added and is not saved; null: nothing.</summary>
    internal static List<(QueueName Queue, Message Message)>? MessagesOf(DbContext context) =>
        Added.TryGetValue(context, out List<(QueueName, Message)>? messages) && messages.Count > 0 ? messages : null;
}
