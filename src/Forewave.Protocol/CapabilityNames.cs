using Forewave.Protocol.Frames;

namespace Forewave.Protocol;

/// <summary>
/// The names under which a broker's hello lists what it can do. A client refuses locally what is not listed. Names of later
/// work are here already, so that a client can tell what an old broker lacks.
/// </summary>
public static class CapabilityNames
{
    /// <summary>Deliveries to standing credit.</summary>
    public const string Streaming = "streaming";

    /// <summary>Pulls that wait for a message.</summary>
    public const string LongPolling = "long-polling";

    /// <summary>Listing, showing, redriving and purging dead letters.</summary>
    public const string DeadLetters = "dead-letters";

    /// <summary>Queues that answer before the sync.</summary>
    public const string RelaxedQueues = "relaxed-queues";

    /// <summary>Looking at queues and groups and changing them.</summary>
    public const string Administration = "administration";

    /// <summary>Looking at single messages by their ids.</summary>
    public const string Messages = "messages";

    /// <summary>Waiting for what becomes of a message in a group.</summary>
    public const string Outcomes = "outcomes";

    /// <summary>Queues that are deleted when nobody uses them.</summary>
    public const string IdleQueues = "idle-queues";

    /// <summary>Ordering keys of messages.</summary>
    public const string Ordering = "ordering";

    /// <summary>Priorities of messages other than 4.</summary>
    public const string Priorities = "priorities";

    /// <summary>Messages that are delivered later.</summary>
    public const string Delays = "delays";

    /// <summary>Messages that expire.</summary>
    public const string Expiry = "expiry";

    /// <summary>Deduplication ids of messages.</summary>
    public const string Deduplication = "deduplication";

    /// <summary>Pausing groups, limiting what they get, one active consumer of a group.</summary>
    public const string GroupControl = "group-control";

    /// <summary>Finding messages, by key and otherwise, and browsing queues.</summary>
    public const string Search = "search";

    /// <summary>Redrives and purges of dead letters in the background, that can be cancelled and undone.</summary>
    public const string DeadOperations = "dead-operations";

    /// <summary>Where the partitions of a cluster are served, and the slots of queues.</summary>
    public const string Routes = "routes";

    /// <summary>Backups that the broker takes of its store.</summary>
    public const string Backups = "backups";

    /// <summary>Messages that become available together, when their transaction is committed.</summary>
    public const string Transactions = "transactions";

    /// <summary>Users, their rights and tokens.</summary>
    public const string Users = "users";

    /// <summary>Settings that are changed while the broker runs.</summary>
    public const string Settings = "settings";

    private static readonly (string Name, MessageCapabilities Flag)[] OfMessages =
    [
        (Ordering, MessageCapabilities.Ordering),
        (Priorities, MessageCapabilities.Priorities),
        (Delays, MessageCapabilities.Delays),
        (Expiry, MessageCapabilities.Expiry),
        (Deduplication, MessageCapabilities.Deduplication),
    ];

    /// <summary>What messages may ask of a broker that lists these names; names that are not known say nothing.</summary>
    public static MessageCapabilities FlagsOf(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        HashSet<string> listed = [.. names];
        return OfMessages.Where(one => listed.Contains(one.Name)).Aggregate(MessageCapabilities.None, (all, one) => all | one.Flag);
    }

    /// <summary>The names of what messages ask for.</summary>
    public static IEnumerable<string> NamesOf(MessageCapabilities flags) =>
        OfMessages.Where(one => (flags & one.Flag) != 0).Select(one => one.Name);
}
