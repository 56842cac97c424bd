using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Broker.Users;

/// <summary>What somebody who was let in may do. Immutable; <see cref="BrokerEngine"/> gives it.</summary>
public sealed class Access
{
    private readonly AccessGrant[] _grants;

    private Access(UserEntry? user, UserToken? token, long version)
    {
        (User, Token, Version) = (user, token, version);
        _grants = user is null ? [new AccessGrant(QueuePattern.Everything, AccessRights.All)] : [.. user.Grants];
        const AccessRights ofQueues = AccessRights.Publish | AccessRights.Consume | AccessRights.Manage;
        IsUnbounded = _grants.Any(grant => grant.Queues.IsEverything && (grant.Rights & ofQueues) == ofQueues);
        MayOperate = _grants.Any(grant => (grant.Rights & AccessRights.Operate) != 0);
    }

    /// <summary>Everything: nobody is asked who it is, or it is the broker's own process.</summary>
    internal static Access OfEverybody(long version) => new(null, null, version);

    /// <summary>What a user may do who came with its password, or with a token.</summary>
    internal static Access Of(UserEntry user, UserToken? token, long version) => new(user, token, version);

    /// <summary>The user's name; empty where nobody was asked for one.</summary>
    public string Name => User?.Name.Value ?? "";

    /// <summary>It may publish to, consume from and manage all queues.</summary>
    public bool IsUnbounded { get; }

    /// <summary>It may make users, and whatever else concerns the broker as a whole.</summary>
    public bool MayOperate { get; }

    /// <summary>The user; null: nobody was asked.</summary>
    internal UserEntry? User { get; }

    /// <summary>The token that it came with; null: with its password.</summary>
    internal UserToken? Token { get; }

    /// <summary>That of the users when this was so.</summary>
    internal long Version { get; }

    /// <summary>Whether it has one of some rights on a queue.</summary>
    public bool Allows(AccessRights anyOf, QueueName queue) =>
        IsUnbounded || Array.Exists(_grants, grant => (grant.Rights & anyOf) != 0 && grant.Queues.Covers(queue));

    /// <summary>Whether it has one of some rights on all queues whose names begin so.</summary>
    public bool AllowsAll(AccessRights anyOf, string prefix = "") =>
        IsUnbounded || Array.Exists(_grants, grant => (grant.Rights & anyOf) != 0 && grant.Queues.CoversAll(prefix));

    /// <summary>Whether it has one of some rights on any queue at all.</summary>
    public bool AllowsSome(AccessRights anyOf) => Array.Exists(_grants, grant => (grant.Rights & anyOf) != 0);

    /// <inheritdoc/>
    public override string ToString() => User is null ? "everybody" : Name;
}
