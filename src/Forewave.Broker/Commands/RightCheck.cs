using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Broker.Commands;

/// <summary>
/// Whether the user of a connection may do what it asks for. Looked at when a queue is opened or subscribed to, for each run that is
/// settled, and for each administrative request; never for a message.
/// </summary>
internal static class RightCheck
{
    /// <summary>Refuses what the user may not do with a queue.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="anyOf">Rights of which one is enough.</param>
    /// <param name="queue">The queue.</param>
    /// <exception cref="RefusedException">RightMissing.</exception>
    public static void Require(Session session, AccessRights anyOf, QueueName queue)
    {
        if (!session.Access.Allows(anyOf, queue))
            throw Missing(session, anyOf, $"on queue {queue}");
    }

    /// <summary>The same for the queue of a message, whose name it does not tell.</summary>
    /// <exception cref="RefusedException">RightMissing.</exception>
    public static void RequireOfMessage(Session session, AccessRights anyOf, QueueName queue)
    {
        if (!session.Access.Allows(anyOf, queue))
            throw Missing(session, anyOf, "on the message's queue");
    }

    /// <summary>Refuses what the user may not do with all queues whose names begin so.</summary>
    /// <exception cref="RefusedException">RightMissing.</exception>
    public static void RequireAll(Session session, AccessRights anyOf, string prefix)
    {
        if (!session.Access.AllowsAll(anyOf, prefix))
            throw Missing(session, anyOf, prefix.Length == 0 ? "on all queues" : $"on all queues that begin with {prefix}");
    }

    /// <summary>Refuses what nobody needs who has none of some rights on any queue.</summary>
    /// <exception cref="RefusedException">RightMissing.</exception>
    public static void RequireSome(Session session, AccessRights anyOf)
    {
        if (!session.Access.AllowsSome(anyOf))
            throw Missing(session, anyOf, "on any queue");
    }

    /// <summary>Refuses what concerns the broker as a whole.</summary>
    /// <exception cref="RefusedException">RightMissing.</exception>
    public static void RequireOperator(Session session)
    {
        if (!session.Access.MayOperate)
            throw Missing(session, AccessRights.Operate, "on the broker");
    }

    /// <summary>Whether the user may settle messages of a queue. Costs nothing for those who may do everything.</summary>
    public static bool MaySettle(Session session, QueueId queue)
    {
        if (session.Access.IsUnbounded || session.Parts.Queues.Find(queue.Value) is { } known && session.Access.Allows(AccessRights.Consume, known.Name))
            return true;
        session.Parts.Access.RightMissing(AccessRights.Consume);
        return false;
    }

    private static RefusedException Missing(Session session, AccessRights anyOf, string where)
    {
        session.Parts.Access.RightMissing(anyOf);
        return new RefusedException(
            ErrorCode.RightMissing, $"User {session.Access.Name} has no right to {string.Join(" or ", AccessGrant.NamesOf(anyOf))} {where}.");
    }
}
