using Forewave.Storage;

namespace Forewave.Broker;

/// <summary>What the second number of a Published record's header says of its messages; <see cref="QueueLife"/> is in its upper bits.</summary>
internal static class PublishedFlags
{
    /// <summary>One of them at least has an ordering key.</summary>
    public const ulong HasKeys = 1;

    /// <summary>One of them at least has a deduplication id.</summary>
    public const ulong HasIds = 2;

    /// <summary>One of them at least names when it expires.</summary>
    public const ulong HasExpiry = 4;

    /// <summary>Whether messages of a run have to be looked at for times of their own.</summary>
    public static bool MayExpire(in RecordHeader header) =>
        (header.Extra & (header.Type == RecordType.Released ? ReleasedFlags.HasExpiry : HasExpiry)) != 0;

    /// <summary>One of them at least has keys to be found by.</summary>
    public const ulong HasSearchKeys = 8;

    /// <summary>Whether messages of a run have to be looked at for keys to be found by. Only Published records say that they have none.</summary>
    public static bool MayHaveSearchKeys(in RecordHeader header) =>
        header.Type != RecordType.Published || (header.Extra & HasSearchKeys) != 0;

    /// <summary>Whether messages of a run have to be looked at for deduplication ids.</summary>
    public static bool MayHaveIds(in RecordHeader header) =>
        header.Type != RecordType.Published || (header.Extra & HasIds) != 0;

    /// <summary>
    /// Whether messages of a run have to be looked at for ordering keys. Only Published records say that they have none.
    /// </summary>
    public static bool MayHaveKeys(in RecordHeader header) =>
        header.Type != RecordType.Published || (header.Extra & HasKeys) != 0;
}
